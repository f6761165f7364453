package io.dtm.codec;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * The schema as a reader of {@code dtm-messages.xml} sees it: a second opinion on the handwritten table and on the
 * generated code, computed from the file and from nothing else.
 */
final class Schema {
    private static final Map<String, Integer> SIZES = Map.of("uint8", 1, "uint16", 2, "int32", 4, "int64", 8);

    /** What the values of a field are. */
    enum Kind { NUMBER, ENUM, SET }

    /**
     * A field of a block.
     *
     * @param max   the greatest value that the file names; -1 where it names none.
     * @param names of an enumeration's values, or of a set's bits.
     */
    record Field(
        String name, String type, Kind kind, int offset, int length, long max, SortedMap<Integer, String> names) {
        boolean accepts(final long raw) {
            return switch (kind) {
                case ENUM -> names.containsKey((int) raw);
                case SET -> (raw & ~mask()) == 0;
                case NUMBER -> max < 0 || raw <= max;
            };
        }

        long mask() {
            return names.keySet().stream().mapToLong(bit -> 1L << bit).sum();
        }
    }

    /** Variable data: text has a length byte, other data two. */
    record Data(String name, boolean isText) {
        int lengthBytes() {
            return isText ? 1 : 2;
        }
    }

    /** A repeating group. */
    record Group(String name, List<Field> fields, List<Data> data) {
        int blockLength() {
            return lengthOf(fields);
        }
    }

    /** A message; {@code group} is null where it has none. */
    record Message(String name, int id, List<Field> fields, Group group, List<Data> data) {
        int blockLength() {
            return lengthOf(fields);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private final int id;
    private final int version;
    private final Map<String, Element> types = new HashMap<>();
    private final List<Message> messages = new ArrayList<>();

    private Schema(final Element root) {
        id = Integer.parseInt(root.getAttribute("id"));
        version = Integer.parseInt(root.getAttribute("version"));
        for (final Element child : children(root)) {
            if (child.getTagName().equals("types")) {
                children(child).forEach(type -> types.put(type.getAttribute("name"), type));
            }
        }
        for (final Element child : children(root)) {
            if (child.getTagName().equals("sbe:message")) {
                messages.add(message(child));
            }
        }
    }

    static Schema load() {
        try (InputStream file = Schema.class.getResourceAsStream("/dtm-messages.xml")) {
            return new Schema(
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file).getDocumentElement());
        } catch (final IOException | SAXException | ParserConfigurationException e) {
            throw new IllegalStateException("dtm-messages.xml", e);
        }
    }

    int id() {
        return id;
    }

    int version() {
        return version;
    }

    List<Message> messages() {
        return messages;
    }

    Message message(final int templateId) {
        return messages.stream().filter(message -> message.id() == templateId).findFirst().orElse(null);
    }

    Message message(final String name) {
        return messages.stream().filter(message -> message.name().equals(name)).findFirst().orElseThrow();
    }

    private Message message(final Element element) {
        final List<Element> groups = childrenNamed(element, "group");
        if (groups.size() > 1) {
            throw new IllegalStateException(element.getAttribute("name") + " has two groups: the validator knows one");
        }
        return new Message(
            element.getAttribute("name"),
            Integer.parseInt(element.getAttribute("id")),
            fields(element),
            groups.isEmpty() ? null : group(groups.get(0)),
            data(element));
    }

    private Group group(final Element element) {
        if (!childrenNamed(element, "group").isEmpty() || childrenNamed(element, "data").size() > 1) {
            throw new IllegalStateException(element.getAttribute("name") + ": more than the validator knows");
        }
        return new Group(element.getAttribute("name"), fields(element), data(element));
    }

    private List<Field> fields(final Element block) {
        final List<Field> fields = new ArrayList<>();
        for (final Element element : childrenNamed(block, "field")) {
            fields.add(field(element, lengthOf(fields)));
        }
        return fields;
    }

    private Field field(final Element element, final int offset) {
        final String name = element.getAttribute("name");
        final String typeName = element.getAttribute("type");
        final Element type = types.get(typeName);
        if (type == null) {
            return new Field(name, typeName, Kind.NUMBER, offset, SIZES.get(typeName), -1, new TreeMap<>());
        }
        final SortedMap<Integer, String> names = new TreeMap<>();
        children(type).forEach(value ->
            names.put(Integer.parseInt(value.getTextContent().trim()), value.getAttribute("name")));
        return switch (type.getTagName()) {
            case "enum" ->
                new Field(name, typeName, Kind.ENUM, offset, SIZES.get(type.getAttribute("encodingType")), -1, names);
            case "set" ->
                new Field(name, typeName, Kind.SET, offset, SIZES.get(type.getAttribute("encodingType")), -1, names);
            default -> {
                final String max = type.getAttribute("maxValue");
                yield new Field(name, typeName, Kind.NUMBER, offset, SIZES.get(type.getAttribute("primitiveType")),
                    max.isEmpty() ? -1 : Long.parseLong(max), names);
            }
        };
    }

    private static List<Data> data(final Element element) {
        return childrenNamed(element, "data").stream()
            .map(data -> new Data(data.getAttribute("name"), data.getAttribute("type").equals("varTextEncoding")))
            .toList();
    }

    private static int lengthOf(final List<Field> fields) {
        return fields.stream().mapToInt(Field::length).sum();
    }

    private static List<Element> childrenNamed(final Element element, final String tag) {
        return children(element).stream().filter(child -> child.getTagName().equals(tag)).toList();
    }

    private static List<Element> children(final Element element) {
        final List<Element> children = new ArrayList<>();
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element child) {
                children.add(child);
            }
        }
        return children;
    }
}
