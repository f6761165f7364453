package io.dtm.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.ChannelUri;
import io.aeron.CommonContext;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.ConfigurationException;
import io.aeron.security.DefaultAuthenticatorSupplier;
import java.io.File;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransportContextTest {
    private static TransportChannels channels() {
        return new TransportChannels().ingressEndpoint("127.0.0.1:4000");
    }

    private static AeronServerContext server() {
        return new AeronServerContext()
            .channels(channels())
            .aeronDirectoryName("/nowhere")
            .errorHandler(Throwable::printStackTrace);
    }

    @Test
    void shouldDeriveTheResponseEndpointAndStream() {
        final TransportChannels channels = channels().ingressStreamId(20).conclude();

        assertEquals("127.0.0.1:4001", channels.responseEndpoint());
        assertEquals(21, channels.responseStreamId());
        assertTrue(channels.isLoopback());
        assertEquals(TransportChannels.MTU_LENGTH_LOOPBACK_DEFAULT, channels.mtuLength());
    }

    @Test
    void shouldFitEthernetWhereTheAddressIsNotLoopback() {
        final TransportChannels channels = new TransportChannels().ingressEndpoint("192.0.2.1:4000").conclude();

        assertFalse(channels.isLoopback());
        assertEquals(TransportChannels.MTU_LENGTH_DEFAULT, channels.mtuLength());
    }

    @Test
    void shouldCarryLengthsIntoTheChannels() {
        final TransportChannels channels = channels()
            .mtuLength(1408)
            .termLength(2 * 1024 * 1024)
            .socketBufferLength(200_000)
            .receiverWindowLength(100_000)
            .lingerNs(7_000)
            .conclude();

        final ChannelUri requests = ChannelUri.parse(channels.ingressPublication(false, 5));
        assertEquals("5", requests.get(CommonContext.RESPONSE_CORRELATION_ID_PARAM_NAME));
        assertEquals("1408", requests.get(CommonContext.MTU_LENGTH_PARAM_NAME));
        assertEquals("2m", requests.get(CommonContext.TERM_LENGTH_PARAM_NAME));
        assertEquals("200000", requests.get(CommonContext.SOCKET_SNDBUF_PARAM_NAME));
        assertEquals("7us", requests.get(CommonContext.LINGER_PARAM_NAME));
        final ChannelUri ingress = ChannelUri.parse(channels.ingressSubscription(false));
        assertEquals("200000", ingress.get(CommonContext.SOCKET_RCVBUF_PARAM_NAME));
        assertEquals("100000", ingress.get(CommonContext.RECEIVER_WINDOW_LENGTH_PARAM_NAME));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "host.invalid:1", ":4000", "127.0.0.1:x", "127.0.0.1:"})
    void shouldRefuseAnEndpointThatIsNone(final String endpoint) {
        assertThrows(ConfigurationException.class, () -> new TransportChannels().ingressEndpoint(endpoint).conclude());
    }

    @ParameterizedTest
    @CsvSource({"65536,8192", "524288,8192", "1500000,8192", "1048576,100", "1048576,1409", "1048576,66000"})
    void shouldRefuseLengthsThatDoNotFitAFrameOrADatagram(final int termLength, final int mtuLength) {
        assertThrows(ConfigurationException.class, () ->
            channels().termLength(termLength).mtuLength(mtuLength).conclude());
    }

    @Test
    void shouldRefuseToMixUpRequestsAndReplies() {
        assertThrows(ConfigurationException.class, () -> channels().ingressStreamId(5).responseStreamId(5).conclude());
        assertThrows(ConfigurationException.class, () -> channels().responseEndpoint("127.0.0.1:4000").conclude());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:4000", "192.0.2.1:4000"})
    void shouldRefuseToListenBeyondLoopbackWithoutAnAuthenticatorUnlessTold(final String endpoint) {
        final ConfigurationException refusal = assertThrows(ConfigurationException.class, () ->
            server().channels(new TransportChannels().ingressEndpoint(endpoint)).conclude());
        assertTrue(refusal.getMessage().contains("authenticator"));

        server().channels(new TransportChannels().ingressEndpoint(endpoint)).unauthenticatedAllowed(true).conclude();
        server().channels(new TransportChannels().ingressEndpoint(endpoint))
            .authenticatorSupplier(new DefaultAuthenticatorSupplier()).conclude();
        server().channels(new TransportChannels().ingressEndpoint(endpoint)).udpEnabled(false).conclude();
    }

    @Test
    void shouldRefuseAResponseEndpointBeyondLoopbackToo() {
        assertThrows(ConfigurationException.class, () ->
            server().channels(channels().responseEndpoint("0.0.0.0:4001")).conclude());
    }

    @Test
    void shouldRefuseWhatIsMissingOrOutOfRange() {
        assertThrows(ConfigurationException.class, () -> server().errorHandler(null).conclude());
        assertThrows(ConfigurationException.class, () -> server().udpEnabled(false).ipcEnabled(false).conclude());
        assertThrows(ConfigurationException.class, () -> server().maxLinks(0).conclude());
        assertThrows(ConfigurationException.class, () -> server().aeronDirectoryName(null).conclude());
        assertThrows(ConfigurationException.class, () -> new AeronLinkContext().conclude());
        assertThrows(ConfigurationException.class, () -> new AeronInstanceContext().conclude());
        assertThrows(ConfigurationException.class, () -> new EmbeddedDriverContext().conclude());
        assertThrows(ConfigurationException.class, () -> new EmbeddedDriverContext()
            .directory(new File("/nowhere")).errorHandler(Throwable::printStackTrace).maxTermLength(65536).conclude());
    }

    @ParameterizedTest
    @CsvSource({"1,SHARED", "2,SHARED", "3,SHARED", "4,SHARED_NETWORK", "8,DEDICATED", "64,DEDICATED"})
    void shouldChooseTheDriversThreadsByTheNumberOfCores(final int cores, final ThreadingMode expected) {
        assertEquals(expected, DriverThreading.mode(cores));
    }
}
