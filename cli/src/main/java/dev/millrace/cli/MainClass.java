package dev.millrace.cli;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.LineNumberInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The class to start, among those that one source file was compiled to: the first of the file that
 * has a main method, as for java's source launcher (JEP 330).
 */
final class MainClass {
    private static final Set<String> MAIN = Set.of("()V", "([Ljava/lang/String;)V");

    private MainClass() {}

    /**
     * @param folder where the classes are
     * @param source the name of the file
     */
    static Optional<String> find(Path folder, String source) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(one -> one.toString().endsWith(".class")).toList();
        }
        TreeMap<Integer, String> byLine = new TreeMap<>();
        for (Path file : files) {
            ClassModel type = ClassFile.of().parse(file);
            boolean isNested = type.findAttribute(Attributes.nestHost()).isPresent();
            if (!isNested
                    && isOf(type, source)
                    && type.methods().stream().anyMatch(MainClass::isMain)) {
                byLine.put(firstLine(type), type.thisClass().asInternalName().replace('/', '.'));
            }
        }
        return Optional.ofNullable(byLine.firstEntry()).map(entry -> entry.getValue());
    }

    private static boolean isOf(ClassModel type, String source) {
        return type.findAttribute(Attributes.sourceFile())
                .filter(one -> one.sourceFile().equalsString(source))
                .isPresent();
    }

    private static boolean isMain(MethodModel method) {
        return method.methodName().equalsString("main")
                && MAIN.contains(method.methodType().stringValue());
    }

    private static int firstLine(ClassModel type) {
        return type.methods().stream()
                .flatMap(method -> method.code().stream())
                .flatMap(code -> code.findAttributes(Attributes.lineNumberTable()).stream())
                .flatMap(table -> table.lineNumbers().stream())
                .mapToInt(LineNumberInfo::lineNumber)
                .min()
                .orElse(Integer.MAX_VALUE);
    }
}
