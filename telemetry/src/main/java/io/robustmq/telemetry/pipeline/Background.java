package io.robustmq.telemetry.pipeline;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * Lets a thread step behind the others: what ships events and spans takes the time that serving
 * clients leaves, and does not take it from them where cores are few. On Linux a thread has a nice
 * value of its own, which everybody may raise (setpriority(2)); elsewhere, or where that is
 * refused, it runs as the others do.
 */
final class Background {
    private static final int PRIO_PROCESS = 0;
    private static final int CALLING_THREAD = 0;
    private static final int NICE = 10;

    private Background() {}

    static Runnable of(Runnable task) {
        return () -> {
            stepBehind();
            task.run();
        };
    }

    /** For the calling thread, until it ends; false if it stays as it is. */
    @SuppressWarnings("restricted") // where native access is not allowed it does nothing
    static boolean stepBehind() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return false;
        }
        try {
            Linker linker = Linker.nativeLinker();
            Optional<MemorySegment> function = linker.defaultLookup().find("setpriority");
            if (function.isEmpty()) {
                return false;
            }
            var handle =
                    linker.downcallHandle(
                            function.get(),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT));
            return (int) handle.invokeExact(PRIO_PROCESS, CALLING_THREAD, NICE) == 0;
        } catch (Throwable e) { // a JVM without native access: nothing depends on it
            return false;
        }
    }
}
