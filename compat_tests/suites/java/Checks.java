import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Checks of one program, one after the other. Each prints "CHECK name" when it begins, then "PASSED name" or "FAILED
 * name: reason"; stack traces are between. A check that is not over within its bound has failed, and the next begins.
 */
public final class Checks {
    private static final long BOUND_S = 90;

    private Checks() {}

    @FunctionalInterface
    public interface Check {
        void run() throws Exception;
    }

    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    @FunctionalInterface
    public interface Probe<T> {
        T value() throws Exception;
    }

    public static void check(String name, Check check) {
        check(name, BOUND_S, check);
    }

    public static void check(String name, long boundS, Check check) {
        System.out.println("CHECK " + name);
        System.out.flush();
        Throwable[] fault = new Throwable[1];
        Thread thread = new Thread(() -> {
            try {
                check.run();
            } catch (Throwable thrown) {
                fault[0] = thrown;
            }
        }, name);
        thread.setDaemon(true);
        long began = System.nanoTime();
        thread.start();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(boundS));
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        if (thread.isAlive()) {
            for (StackTraceElement frame : thread.getStackTrace()) {
                System.out.println("    at " + frame);
            }
            thread.interrupt();
            say("FAILED " + name + ": not over within " + boundS + " s");
        } else if (fault[0] != null) {
            StringWriter trace = new StringWriter();
            fault[0].printStackTrace(new PrintWriter(trace));
            System.out.println(trace);
            say("FAILED " + name + ": " + reason(fault[0]));
        } else {
            System.out.println("    took " + (System.nanoTime() - began) / 1_000_000 + " ms");
            say("PASSED " + name);
        }
    }

    private static void say(String line) {
        System.out.println(line.replace('\n', ' '));
        System.out.flush();
    }

    private static String reason(Throwable fault) {
        Throwable inner = fault;
        while (inner instanceof ExecutionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner.getClass().getSimpleName() + ": " + inner.getMessage();
    }

    public static void equal(Object expected, Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + ": expected " + expected + ", got " + actual);
        }
    }

    public static void hold(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    /** Waits until the condition holds; an exception of the condition ends the wait. */
    public static void until(String what, Condition condition) throws Exception {
        until(what, 60, condition);
    }

    public static void until(String what, long boundS, Condition condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(boundS);
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + boundS + " s: " + what);
            }
            Thread.sleep(20);
        }
    }

    /** Waits until the probe gives this value, and says what it gave last. */
    public static <T> void become(T expected, String what, Probe<T> probe) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        T last = probe.value();
        while (!Objects.equals(expected, last)) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + ": expected " + expected + ", got at last " + last);
            }
            Thread.sleep(20);
            last = probe.value();
        }
    }

    /** The failure must be of this class; its message is of no matter. */
    public static void fails(Class<? extends Throwable> expected, Check check) {
        try {
            check.run();
        } catch (Throwable thrown) {
            Throwable inner = thrown;
            while (!expected.isInstance(inner) && inner.getCause() != null) {
                inner = inner.getCause();
            }
            if (!expected.isInstance(inner)) {
                throw new AssertionError("expected " + expected.getSimpleName() + ", got " + thrown, thrown);
            }
            return;
        }
        throw new AssertionError("expected " + expected.getSimpleName() + ", and nothing failed");
    }
}
