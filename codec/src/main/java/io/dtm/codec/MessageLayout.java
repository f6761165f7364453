package io.dtm.codec;

import static io.dtm.codec.FrameDescriptor.GROUP_HEADER_LENGTH;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * What the validator knows of one template: who sends it, its root block, its group, its variable data and the fields
 * that don't take every value: enumerations, sets, ids. Immutable once built; shared by all threads.
 */
final class MessageLayout {
    /** Result of {@link #check}: a length, count or value is wrong. */
    static final int MALFORMED = -1;
    /** Result of {@link #check}: the group has more elements than a frame may have events. */
    static final int TOO_MANY = -2;

    private static final int MAX_ID = 0xFFFE;
    private static final RangedField[] NO_FIELDS = {};

    private record RangedField(int offset, boolean isWide, int min, int max) {
        boolean holds(final DirectBuffer buffer, final int blockOffset) {
            final int value = isWide
                ? buffer.getShort(blockOffset + offset, LITTLE_ENDIAN) & 0xFFFF
                : buffer.getByte(blockOffset + offset) & 0xFF;
            return value >= min && value <= max;
        }
    }

    private final Origin origin;
    private final int blockLength;
    private final boolean standsAlone;
    private final boolean carriesPosition;
    private final boolean isGrouped;
    private final RangedField[] rootFields;
    private final int[] rootData;
    private final boolean hasGroup;
    private final int groupBlockLength;
    private final RangedField[] groupFields;
    private final int groupData;

    private MessageLayout(final Builder builder) {
        origin = builder.origin;
        blockLength = builder.blockLength;
        standsAlone = builder.standsAlone;
        carriesPosition = builder.carriesPosition;
        isGrouped = builder.isGrouped;
        rootFields = builder.rootFields.toArray(NO_FIELDS);
        rootData = builder.rootData.stream().mapToInt(Integer::intValue).toArray();
        hasGroup = builder.hasGroup;
        groupBlockLength = builder.groupBlockLength;
        groupFields = builder.groupFields.toArray(NO_FIELDS);
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

    boolean isGrouped() {
        return isGrouped;
    }

    /**
     * Checks a message's body against this layout without reading outside of it.
     *
     * @return the number of elements in its group, 1 if it has none, {@link #MALFORMED} or {@link #TOO_MANY}.
     */
    int check(final DirectBuffer buffer, final int bodyOffset, final int bodyLength) {
        if (bodyLength < blockLength || !hold(rootFields, buffer, bodyOffset)) {
            return MALFORMED;
        }
        final int end = bodyOffset + bodyLength;
        int offset = bodyOffset + blockLength;
        int elements = 1;
        if (hasGroup) {
            if (end - offset < GROUP_HEADER_LENGTH
                || FrameDescriptor.groupBlockLength(buffer, offset) != groupBlockLength) {
                return MALFORMED;
            }
            elements = FrameDescriptor.groupCount(buffer, offset);
            if (elements > FrameDescriptor.MAX_EVENTS) {
                return TOO_MANY;
            }
            if (elements == 0 && isGrouped) {
                return MALFORMED; // its elements are its events: without any it says nothing
            }
            offset = skipGroup(buffer, offset + GROUP_HEADER_LENGTH, end, elements);
        }
        for (int i = 0; i < rootData.length && offset != MALFORMED; i++) {
            offset = skipData(buffer, offset, end, rootData[i]);
        }
        return offset == end ? elements : MALFORMED;
    }

    private int skipGroup(final DirectBuffer buffer, final int start, final int end, final int elements) {
        int offset = start;
        for (int i = 0; i < elements; i++) {
            if (end - offset < groupBlockLength || !hold(groupFields, buffer, offset)) {
                return MALFORMED;
            }
            offset += groupBlockLength;
            if (groupData > 0) {
                offset = skipData(buffer, offset, end, groupData);
                if (offset == MALFORMED) {
                    return MALFORMED;
                }
            }
        }
        return offset;
    }

    private static int skipData(final DirectBuffer buffer, final int offset, final int end, final int lengthBytes) {
        if (end - offset < lengthBytes) {
            return MALFORMED;
        }
        final boolean isText = lengthBytes == 1;
        final int dataLength = isText
            ? buffer.getByte(offset) & 0xFF
            : buffer.getShort(offset, LITTLE_ENDIAN) & 0xFFFF;
        if (isText && dataLength > FrameDescriptor.MAX_TEXT_LENGTH) {
            return MALFORMED; // what is decoded must be encodable again; longer data don't fit in a frame anyway
        }
        final int next = offset + lengthBytes + dataLength;
        return next <= end ? next : MALFORMED;
    }

    private static boolean hold(final RangedField[] fields, final DirectBuffer buffer, final int blockOffset) {
        for (final RangedField field : fields) {
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
        private final List<RangedField> rootFields = new ArrayList<>();
        private final List<Integer> rootData = new ArrayList<>();
        private final List<RangedField> groupFields = new ArrayList<>();
        private boolean standsAlone;
        private boolean carriesPosition;
        private boolean hasGroup;
        private boolean isGrouped;
        private int groupBlockLength;
        private int groupData;

        private Builder(final Origin origin, final int blockLength) {
            if (blockLength > 0xFF) {
                throw new IllegalArgumentException("a root block has at most 255 bytes: " + blockLength);
            }
            this.origin = origin;
            this.blockLength = blockLength;
        }

        /** An enumeration or set of one byte, in the root block or, once a group was named, in each element. */
        Builder enumField(final int offset, final int min, final int max) {
            return ranged(new RangedField(offset, false, min, max));
        }

        /** An enumeration of two bytes; otherwise as {@link #enumField}. */
        Builder wideEnumField(final int offset, final int min, final int max) {
            return ranged(new RangedField(offset, true, min, max));
        }

        /** The id of a resource or branch, which must be there; otherwise as {@link #enumField}. */
        Builder idField(final int offset) {
            return ranged(new RangedField(offset, true, 0, MAX_ID));
        }

        private Builder ranged(final RangedField field) {
            (hasGroup ? groupFields : rootFields).add(field);
            return this;
        }

        /** A group that belongs to its message: maybe empty, and the whole message is one event. */
        Builder group(final int elementBlockLength) {
            hasGroup = true;
            groupBlockLength = elementBlockLength;
            return this;
        }

        /** A group whose elements are the events: those of messages with equal root blocks may be joined. */
        Builder events(final int elementBlockLength) {
            isGrouped = true;
            return group(elementBlockLength);
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
