package dev.sluice.plan;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.WritableTypeId;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.sluice.type.DataType;
import dev.sluice.type.Schema;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Plans as JSON. {@link #write} and {@link #read} are inverse: what comes back equals what went in.
 * {@link #print} is for people: secrets are masked, so it cannot be read back. Which record an
 * object is stands in its property {@code @type}. Equal plans give equal text. Stateless; safe for
 * use by any thread.
 */
public final class PlanJson {
  private static final String MASK = "******";
  private static final List<Class<?>> ALGEBRAS =
      List.of(
          PlanNode.class,
          MatchNode.Navigation.class,
          MatchPattern.class,
          Expr.class,
          Distribution.class,
          WindowSpec.class,
          Emit.class,
          StateBound.class);
  private static final JsonMapper MAPPER = mapper();

  private PlanJson() {}

  /** Says which record an object is. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "@type")
  private interface Tagged {}

  /** The inputs of a union are a component, while those of other nodes are derived. */
  interface UnionShape {
    @JsonIgnore(false)
    List<PlanNode> inputs();
  }

  private static JsonMapper mapper() {
    JsonMapper.Builder builder =
        JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(
                new SimpleModule()
                    .addSerializer(Expr.Literal.class, new LiteralWriter())
                    .addDeserializer(Expr.Literal.class, new LiteralReader()))
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .disable(MapperFeature.AUTO_DETECT_GETTERS, MapperFeature.AUTO_DETECT_IS_GETTERS)
            .visibility(PropertyAccessor.FIELD, Visibility.ANY)
            .addMixIn(PlanNode.Union.class, UnionShape.class);
    for (Class<?> algebra : ALGEBRAS) {
      builder.addMixIn(algebra, Tagged.class);
      for (Class<?> form : algebra.getPermittedSubclasses()) {
        builder.registerSubtypes(new NamedType(form, form.getSimpleName()));
      }
    }
    return builder.build();
  }

  /** The plan as one line, complete but for the secrets that its references stand for. */
  public static String write(PhysicalPlan plan) {
    return text(tree(plan, false), false);
  }

  /** The stages of a plan as one line. */
  public static String write(StageGraph graph) {
    return text(tree(graph, false), false);
  }

  /** The plan for people: indented, secrets masked. */
  public static String print(PhysicalPlan plan) {
    return text(tree(plan, true), true);
  }

  /** The plan that {@link #write(PhysicalPlan)} wrote. */
  public static PhysicalPlan read(String json) {
    return read(json, PhysicalPlan.class);
  }

  /** The stages that {@link #write(StageGraph)} wrote. */
  public static StageGraph readStages(String json) {
    return read(json, StageGraph.class);
  }

  /** A schema as one line. */
  public static String write(Schema schema) {
    return text(tree(schema, false), false);
  }

  /** The schema that {@link #write(Schema)} wrote. */
  public static Schema readSchema(String json) {
    return read(json, Schema.class);
  }

  private static <T> T read(String json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("text is not a plan: " + e.getOriginalMessage(), e);
    }
  }

  private static JsonNode tree(Object value, boolean masked) {
    JsonNode tree = MAPPER.valueToTree(value);
    settle(tree, masked);
    return tree;
  }

  private static String text(JsonNode tree, boolean indented) {
    try {
      return (indented ? MAPPER.writerWithDefaultPrettyPrinter() : MAPPER.writer())
          .writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("plan cannot be written as JSON", e);
    }
  }

  /** Orders the sets, and masks the options of tables that are secret. */
  private static void settle(JsonNode node, boolean masked) {
    if (node instanceof ObjectNode object && object.get("secretKeys") instanceof ArrayNode keys) {
      TreeSet<String> names = new TreeSet<>();
      keys.forEach(key -> names.add(key.asText()));
      ArrayNode ordered = object.putArray("secretKeys");
      names.forEach(ordered::add);
      if (masked && object.get("options") instanceof ObjectNode options) {
        names.stream().filter(options::has).forEach(name -> options.put(name, MASK));
      }
    }
    node.forEach(child -> settle(child, masked));
  }

  /** Writes the value so that its Java class can be found again from the type. */
  private static final class LiteralWriter extends StdSerializer<Expr.Literal> {
    private static final long serialVersionUID = 1L;

    LiteralWriter() {
      super(Expr.Literal.class);
    }

    @Override
    public void serialize(Expr.Literal literal, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeStartObject();
      fields(literal, out, provider);
      out.writeEndObject();
    }

    @Override
    public void serializeWithType(
        Expr.Literal literal, JsonGenerator out, SerializerProvider provider, TypeSerializer types)
        throws IOException {
      WritableTypeId id =
          types.writeTypePrefix(
              out, types.typeId(literal, com.fasterxml.jackson.core.JsonToken.START_OBJECT));
      fields(literal, out, provider);
      types.writeTypeSuffix(out, id);
    }

    private static void fields(Expr.Literal literal, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      Object value = literal.value().orElse(null);
      if (value instanceof Double number && Double.isFinite(number)) {
        out.writeNumberField("value", number);
      } else if (value instanceof Double || value instanceof BigDecimal) {
        out.writeStringField("value", value.toString());
      } else {
        provider.defaultSerializeField("value", value, out);
      }
      provider.defaultSerializeField("type", literal.type(), out);
    }
  }

  /** Reads the value as the class that its type stands for. */
  private static final class LiteralReader extends StdDeserializer<Expr.Literal> {
    private static final long serialVersionUID = 1L;

    LiteralReader() {
      super(Expr.Literal.class);
    }

    @Override
    public Expr.Literal deserialize(JsonParser in, DeserializationContext context)
        throws IOException {
      JsonNode node = context.readTree(in);
      DataType type = context.readTreeAsValue(node.get("type"), DataType.class);
      JsonNode value = node.get("value");
      return new Expr.Literal(
          value == null || value.isNull() ? Optional.empty() : Optional.of(value(value, type)),
          type);
    }

    private static Object value(JsonNode value, DataType type) {
      return switch (type.kind()) {
        case BOOLEAN -> value.booleanValue();
        case FLOAT, DOUBLE ->
            value.isNumber() ? value.doubleValue() : Double.valueOf(value.textValue());
        case DECIMAL -> new BigDecimal(value.textValue());
        case VARCHAR, VARBINARY -> value.textValue();
        default -> value.longValue();
      };
    }
  }
}
