package io.robustmq.telemetry.pipeline;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

    private static final @Nullable MethodHandle SETPRIORITY = setpriority();

    private Background() {}

    /** The task, for a thread of its own. */
    static Runnable of(Runnable task) {
        return () -> {
            stepBehind();
            task.run();
        };
    }

    /** For the calling thread, until it ends; false if it stays as it is. */
    static boolean stepBehind() {
        if (SETPRIORITY == null) {
            return false;
        }
        try {
            return (int) SETPRIORITY.invokeExact(PRIO_PROCESS, CALLING_THREAD, NICE) == 0;
        } catch (Throwable e) { // nothing depends on it
            return false;
        }
    }

    @SuppressWarnings("restricted") // where native access is not allowed it does nothing
    private static @Nullable MethodHandle setpriority() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return null;
        }
        try {
            Linker linker = Linker.nativeLinker();
            Optional<MemorySegment> function = linker.defaultLookup().find("setpriority");
            return function.isEmpty()
                    ? null
                    : linker.downcallHandle(
                            function.get(),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT));
        } catch (Throwable e) { // a JVM without native access
            return null;
        }
    }
}
