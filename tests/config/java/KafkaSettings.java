import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.ConfigSynonym;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Answers questions about settings, a line each, with Kafka's own definitions. Texts are in Base64.
 *
 * "settings": every public setting, a line each, then an empty line.
 * "parse SCOPE NAME TEXT": "yes" when Kafka takes the value, otherwise "no".
 * "properties TEXT": the names and values that java.util.Properties finds, or "no".
 */
public class KafkaSettings {
    static final Map<String, ConfigDef> DEFINITIONS = new LinkedHashMap<>();

    public static void main(String[] args) throws Exception {
        DEFINITIONS.put("BROKER", AbstractKafkaConfig.CONFIG_DEF);
        DEFINITIONS.put("TOPIC", LogConfig.configDefCopy());
        DEFINITIONS.put("GROUP", GroupConfig.CONFIG_DEF);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        StringBuilder out = new StringBuilder();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "settings" -> printAll(out);
                case "parse" -> out.append(parses(words[1], words[2], decode(words[3])) ? "yes" : "no").append('\n');
                case "properties" -> out.append(properties(decode(words[1]))).append('\n');
                default -> throw new IllegalArgumentException(line);
            }
        }
        System.out.print(out);
    }

    static void printAll(StringBuilder out) {
        Map<String, String> modes = DynamicBrokerConfig.dynamicConfigUpdateModes();
        DEFINITIONS.forEach((scope, definition) -> {
            for (ConfigDef.ConfigKey key : definition.configKeys().values()) {
                if (key.internalConfig) continue;
                String standard = key.defaultValue == ConfigDef.NO_DEFAULT_VALUE || key.defaultValue == null
                    ? "" : encode("=" + ConfigDef.convertToString(key.defaultValue, key.type));
                List<String> synonyms = switch (scope) {
                    case "TOPIC" -> ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS
                        .getOrDefault(key.name, List.of()).stream().map(ConfigSynonym::name).toList();
                    case "GROUP" -> GroupConfig.brokerSynonym(key.name).stream().toList();
                    default -> List.of();
                };
                out.append(String.join(" ", scope, key.name, key.type.name(), standard,
                    modes.getOrDefault(key.name, "read-only"), String.join(",", synonyms))).append('\n');
            }
        });
        out.append('\n');
    }

    static boolean parses(String scope, String name, String text) {
        ConfigDef.ConfigKey key = DEFINITIONS.get(scope).configKeys().get(name);
        try {
            Object value = ConfigDef.parseType(name, text, key.type);
            if (key.validator != null) key.validator.ensureValid(name, value);
            return true;
        } catch (RuntimeException refused) {
            return false;
        }
    }

    static String properties(String text) throws Exception {
        Properties found = new Properties();
        try {
            found.load(new StringReader(text));
        } catch (IllegalArgumentException refused) {
            return "no";
        }
        StringBuilder out = new StringBuilder();
        found.forEach((name, value) -> out.append(encode("=" + name)).append(':').append(encode("=" + value)).append(' '));
        return out.toString();
    }

    static String decode(String text) {
        return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    }

    static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
