package io.robustmq.alerts;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * Makes a broker defective while it is loaded: it forgets to count what its sinks have shipped. The
 * broker's JVM loads this class alone.
 */
public final class DefectAgent implements ClassFileTransformer {
    private static final String ACCOUNT = "io/robustmq/telemetry/pipeline/Ledger$Account";

    /** What the JVM calls. */
    public static void premain(String arguments, Instrumentation instrumentation) {
        instrumentation.addTransformer(new DefectAgent());
    }

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader,
            String name,
            @Nullable Class<?> redefined,
            @Nullable ProtectionDomain domain,
            byte[] bytes) {
        if (!ACCOUNT.equals(name)) {
            return null;
        }
        ClassFile format = ClassFile.of();
        return format.transformClass(
                format.parse(bytes),
                ClassTransform.transformingMethodBodies(
                        method -> method.methodName().equalsString("advanced"),
                        (code, element) -> {
                            if (element instanceof FieldInstruction field
                                    && field.opcode() == Opcode.PUTFIELD
                                    && field.name().equalsString("shipped")) {
                                code.pop2().pop();
                            } else {
                                code.with(element);
                            }
                        }));
    }

    /** The option of the JVM that it is to be in. */
    static String option(Path folder) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(new Attributes.Name("Premain-Class"), DefectAgent.class.getName());
        String entry = DefectAgent.class.getName().replace('.', '/') + ".class";
        Path jar = folder.resolve("defect.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                InputStream in = DefectAgent.class.getClassLoader().getResourceAsStream(entry)) {
            out.putNextEntry(new JarEntry(entry));
            Objects.requireNonNull(in).transferTo(out);
        }
        return "-javaagent:" + jar;
    }
}
