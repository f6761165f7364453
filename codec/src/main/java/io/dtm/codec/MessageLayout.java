package io.dtm.codec;

import static io.dtm.codec.FrameDescriptor.GROUP_HEADER_LENGTH;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * What the validator knows of one template: who sends it, its root block, its group, its variable data and where its
 * enumerations lie. Immutable once built; shared by all threads.
 */
final class MessageLayout {
    private static final int INVALID = -1;
    private static final EnumField[] NO_ENUMS = {};

    private record EnumField(int offset, int min, int max) {
        boolean holds(final DirectBuffer buffer, final int blockOffset) {
            final int value = buffer.getByte(blockOffset + offset) & 0xFF;
            return value >= min && value <= max;
        }
    }

    private final Origin origin;
    private final int blockLength;
    private final boolean standsAlone;
    private final boolean carriesPosition;
    private final EnumField[] rootEnums;
    private final int[] rootData;
    private final boolean hasGroup;
    private final int groupBlockLength;
    private final EnumField[] groupEnums;
    private final int groupData;

    private MessageLayout(final Builder builder) {
        origin = builder.origin;
        blockLength = builder.blockLength;
        standsAlone = builder.standsAlone;
        carriesPosition = builder.carriesPosition;
        rootEnums = builder.rootEnums.toArray(NO_ENUMS);
        rootData = builder.rootData.stream().mapToInt(Integer::intValue).toArray();
        hasGroup = builder.hasGroup;
        groupBlockLength = builder.groupBlockLength;
        groupEnums = builder.groupEnums.toArray(NO_ENUMS);
        groupData = builder.groupData;
    }

    static Builder from(final Origin origin, final int blockLength) {
        return new Builder(origin, blockLength);
    }

    boolean mayComeFrom(final Origin sender) {
        return origin == sender || (sender == Origin.HOST && origin == Origin.PEER);
    }

    int blockLength() {
        return blockLength;
    }

    boolean standsAlone() {
        return standsAlone;
    }

    boolean carriesPosition() {
        return carriesPosition;
    }

    boolean isOneGroup() {
        return hasGroup && rootData.length == 0;
    }

    /**
     * Checks a message's body against this layout without reading outside of it.
     *
     * @return the number of elements in its group, 1 if it has none, or a negative number if it is malformed.
     */
    int check(final DirectBuffer buffer, final int bodyOffset, final int bodyLength) {
        if (bodyLength < blockLength || !hold(rootEnums, buffer, bodyOffset)) {
            return INVALID;
        }
        final int end = bodyOffset + bodyLength;
        int offset = bodyOffset + blockLength;
        int elements = 1;
        if (hasGroup) {
            if (end - offset < GROUP_HEADER_LENGTH
                || FrameDescriptor.groupBlockLength(buffer, offset) != groupBlockLength) {
                return INVALID;
            }
            elements = FrameDescriptor.groupCount(buffer, offset);
            offset = skipGroup(buffer, offset + GROUP_HEADER_LENGTH, end, elements);
        }
        for (int i = 0; i < rootData.length && offset != INVALID; i++) {
            offset = skipData(buffer, offset, end, rootData[i]);
        }
        return offset == end ? elements : INVALID;
    }

    private int skipGroup(final DirectBuffer buffer, final int start, final int end, final int elements) {
        if (elements > FrameDescriptor.MAX_EVENTS) {
            return INVALID;
        }
        int offset = start;
        for (int i = 0; i < elements; i++) {
            if (end - offset < groupBlockLength || !hold(groupEnums, buffer, offset)) {
                return INVALID;
            }
            offset += groupBlockLength;
            if (groupData > 0) {
                offset = skipData(buffer, offset, end, groupData);
                if (offset == INVALID) {
                    return INVALID;
                }
            }
        }
        return offset;
    }

    private static int skipData(final DirectBuffer buffer, final int offset, final int end, final int lengthBytes) {
        if (end - offset < lengthBytes) {
            return INVALID;
        }
        final int dataLength = lengthBytes == 1
            ? buffer.getByte(offset) & 0xFF
            : buffer.getShort(offset, LITTLE_ENDIAN) & 0xFFFF;
        final int next = offset + lengthBytes + dataLength;
        return next <= end ? next : INVALID;
    }

    private static boolean hold(final EnumField[] fields, final DirectBuffer buffer, final int blockOffset) {
        for (final EnumField field : fields) {
            if (!field.holds(buffer, blockOffset)) {
                return false;
            }
        }
        return true;
    }

    /** Describes a template, fluently, in the order of its fields. */
    static final class Builder {
        private final Origin origin;
        private final int blockLength;
        private final List<EnumField> rootEnums = new ArrayList<>();
        private final List<Integer> rootData = new ArrayList<>();
        private final List<EnumField> groupEnums = new ArrayList<>();
        private boolean standsAlone;
        private boolean carriesPosition;
        private boolean hasGroup;
        private int groupBlockLength;
        private int groupData;

        private Builder(final Origin origin, final int blockLength) {
            if (blockLength > 0xFF) {
                throw new IllegalArgumentException("a root block has at most 255 bytes: " + blockLength);
            }
            this.origin = origin;
            this.blockLength = blockLength;
        }

        /** An enumeration of one byte, in the root block or, once {@link #group} was called, in each element. */
        Builder enumField(final int offset, final int min, final int max) {
            (hasGroup ? groupEnums : rootEnums).add(new EnumField(offset, min, max));
            return this;
        }

        Builder group(final int elementBlockLength) {
            hasGroup = true;
            groupBlockLength = elementBlockLength;
            return this;
        }

        /** Data of each element, behind its block; the length field has so many bytes. */
        Builder groupData(final int lengthBytes) {
            groupData = lengthBytes;
            return this;
        }

        /** Data of the message, behind block and group. */
        Builder data(final int lengthBytes) {
            rootData.add(lengthBytes);
            return this;
        }

        Builder alone() {
            standsAlone = true;
            return this;
        }

        /** The last field of the root block is a position, of which a group keeps the highest. */
        Builder positionLast() {
            carriesPosition = true;
            return this;
        }

        MessageLayout build() {
            return new MessageLayout(this);
        }
    }
}
