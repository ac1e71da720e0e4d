package dev.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.reflect.Method;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the simulation is worth: a mistake in the write queue, of the kind that one makes, is found
 * within the seeds that every build runs. The library is loaded a second time for that, with the
 * mistake woven into the byte code of that one class.
 */
class PlantedBugTest {
    private static final String VICTIM = "dev.millrace.turn.WriteQueue";
    private static final int SEEDS = 500;

    enum Mistake {
        /** What was written is not taken off, and so is written again. */
        OFFSET_NOT_ADVANCED("written", "offset"),
        /** What was appended to a chunk is not counted, and so is lost. */
        END_NOT_ADVANCED("appendCopy", "end"),
        /** The driver is believed to be busy for ever, and so is given nothing more. */
        STAYS_UNDER_WAY("written", "underWay"),
        /** What a short write left over is not given to the driver, and so waits for ever. */
        REST_NOT_PARKED("write", "park");

        private final String method;
        private final String member;

        Mistake(String method, String member) {
            this.method = method;
            this.member = member;
        }

        /** The class with the one assignment, or the one call, left out. */
        byte[] planted(byte[] original) {
            ClassFile files = ClassFile.of();
            ClassModel model = files.parse(original);
            CodeTransform leavingOut = this::copyUnlessMember;
            return files.transformClass(
                    model,
                    ClassTransform.transformingMethodBodies(
                            one -> one.methodName().equalsString(method), leavingOut));
        }

        private void copyUnlessMember(CodeBuilder code, CodeElement element) {
            if (element instanceof FieldInstruction field
                    && field.opcode() == Opcode.PUTFIELD
                    && field.name().equalsString(member)) {
                code.pop2();
            } else if (element instanceof InvokeInstruction call
                    && call.name().equalsString(member)) {
                // The queue, the driver and the port.
                code.pop2().pop();
            } else {
                code.with(element);
            }
        }
    }

    /** Loads everything of ours anew, with the mistake in it. */
    private static final class Planter extends ClassLoader {
        private final Mistake mistake;
        private boolean isPlanted;

        Planter(Mistake mistake) {
            super(PlantedBugTest.class.getClassLoader());
            this.mistake = mistake;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.millrace.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] code = in.readAllBytes();
                if (name.equals(VICTIM)) {
                    byte[] planted = mistake.planted(code);
                    isPlanted = planted.length < code.length;
                    code = planted;
                }
                return defineClass(name, code, 0, code.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMistakeInTheWriteQueueIsFound(Mistake mistake) throws ReflectiveOperationException {
        Planter planter = new Planter(mistake);
        Method check =
                planter.loadClass(Simulation.class.getName())
                        .getDeclaredMethod("check", long.class);
        check.setAccessible(true);
        String found = "";
        for (long seed = 1; seed <= SEEDS && found.isEmpty(); seed++) {
            found = (String) check.invoke(null, seed);
        }
        String first = found.lines().findFirst().orElse("not found");
        System.out.println(mistake + ": " + first.substring(0, Math.min(first.length(), 90)));
        assertThat(planter.isPlanted).as("the class was changed").isTrue();
        assertThat(found).startsWith("seed ").contains("replay: ");
        assertThat(Simulation.check(1)).as("the library itself is as it was").isEmpty();
    }
}
