/**
 * The handwritten part of the codec: the layout of the frames that hold the generated messages, on the wire and
 * in the journal. The messages themselves are generated from {@code dtm-messages.xml} into {@code
 * io.dtm.codec.message}, the items of checkpoints from {@code dtm-checkpoint.xml} into {@code io.dtm.codec.checkpoint}.
 */
package io.dtm.codec;
