import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Reads messages with Kafka's own classes and writes them again.
 *
 * In: a count, then for each message its class as modified UTF-8, its version as int16, and its bytes after an int32
 * size. Out: for each message an int8, 0 for good and 1 for not, and bytes after an int32 size: the message written
 * again, or what went wrong.
 */
public final class RoundTrip {
    public static void main(String[] arguments) throws Exception {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
        Map<String, Class<?>> classes = new HashMap<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            String name = in.readUTF();
            short version = in.readShort();
            byte[] bytes = in.readNBytes(in.readInt());
            byte[] answer;
            int failed = 0;
            try {
                if (!classes.containsKey(name)) {
                    classes.put(name, Class.forName(name));
                }
                Message message = (Message) classes.get(name).getDeclaredConstructor().newInstance();
                answer = again(message, version, bytes);
            } catch (ReflectiveOperationException | RuntimeException error) {
                failed = 1;
                answer = error.toString().getBytes(StandardCharsets.UTF_8);
            }
            out.writeByte(failed);
            out.writeInt(answer.length);
            out.write(answer);
        }
        out.flush();
    }

    private static byte[] again(Message message, short version, byte[] bytes) {
        ByteBuffer input = ByteBuffer.wrap(bytes);
        message.read(new ByteBufferAccessor(input), version);
        if (input.hasRemaining()) {
            throw new IllegalStateException(input.remaining() + " bytes are left over");
        }
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer output = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(output), cache, version);
        return output.array();
    }
}
