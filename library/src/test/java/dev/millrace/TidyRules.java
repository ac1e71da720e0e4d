package dev.millrace;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssertTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The house rules that can be read off one source file. Each rule lists what breaks it. */
final class TidyRules {

    /** Lines of code: what stands in a file for itself, its reasons not counted. */
    static final int FILE_LINES = 300;

    static final int TEST_FILE_LINES = 350;
    static final int METHOD_LINES = 60;
    static final int LINE_COLUMNS = 110;

    private static final List<String> SUFFIXES =
            List.of("Impl", "Helper", "Util", "Utils", "Manager", "Base");
    private static final Set<String> PACKAGE_WORDS = Set.of("common", "internal");
    private static final Set<String> TESTS = Set.of("Test", "ParameterizedTest", "RepeatedTest");
    private static final Pattern ASSERTING = Pattern.compile("(assert|verify|expect|fail).*");
    private static final Pattern SLEEPER =
            Pattern.compile("(.*\\.)?(Thread|TimeUnit(\\..*)?|[A-Z]+)");
    // Written so that this file does not break the rule it states.
    private static final Pattern LEFT_OPEN = Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b");
    private static final Pattern OLD_RFC = Pattern.compile("(?i)RFC[ -]?(723[0-5]|2616)\\b");

    // Cut in two, as this file is read by the rule.
    private static final Pattern NO_ACTOR =
            Pattern.compile(
                    "(?i)\\b(who" + "ever|whom" + "ever|(no|some|any|every)(" + "body|one))\\b");
    private static final Pattern ROW_ID =
            Pattern.compile("\\([^)]*\\b(rows? )?[A-Z]\\d{1,3}\\b[^)]*\\)");
    private static final Pattern NOT_EXPORTED =
            Pattern.compile(".*/millrace/(sys|driver|epoll|nio|turn|binding|dns|http/wire)/.*");

    private TidyRules() {}

    /** Every rule under the name its test carries. */
    static Map<String, Function<SourceFile, List<Finding>>> all() {
        Map<String, Function<SourceFile, List<Finding>>> rules = new LinkedHashMap<>();
        rules.put("file-length", TidyRules::fileLength);
        rules.put("method-length", TidyRules::methodLength);
        rules.put("line-length", TidyRules::lineLength);
        rules.put("type-name", TidyRules::typeNames);
        rules.put("package-name", TidyRules::packageName);
        rules.put("no-sleep", TidyRules::sleeps);
        rules.put("no-printing", TidyRules::printing);
        rules.put("nothing-left-open", TidyRules::leftOpen);
        rules.put("current-rfcs", TidyRules::oldRfcs);
        rules.put("plain-words", TidyRules::stackedWords);
        rules.put("no-row-ids", TidyRules::rowIdsForUsers);
        rules.put("tests-assert", TidyRules::testsWithoutAssertion);
        rules.putAll(SnippetRules.all());
        return rules;
    }

    static List<Finding> fileLength(SourceFile file) {
        int limit = file.isTest() ? TEST_FILE_LINES : FILE_LINES;
        int lines = 0;
        int last = 0;
        boolean isComment = false;
        for (int at = 0; at < file.lines().size(); at++) {
            String line = file.lines().get(at).strip();
            boolean isInside = isComment || line.startsWith("/*");
            isComment = isInside && !line.contains("*/");
            if (!isInside && isCode(line)) {
                lines++;
                last = lines == limit + 1 ? at + 1 : last;
            }
        }
        return lines <= limit
                ? List.of()
                : List.of(
                        new Finding(
                                file.path(),
                                last,
                                lines + " lines of code, the limit is " + limit,
                                "give the second idea in it a file of its own"));
    }

    private static boolean isCode(String line) {
        return !(line.isEmpty()
                || line.startsWith("//")
                || line.startsWith("import ")
                || line.startsWith("package "));
    }

    /** The subject of a sentence in a comment is a thing in the code. */
    static List<Finding> stackedWords(SourceFile file) {
        return eachLine(
                file,
                line -> !file.isTest() && isComment(line) && NO_ACTOR.matcher(line).find(),
                "a comment speaks of an actor that is not in the code",
                "name the class, the caller or the peer that does it");
    }

    private static boolean isComment(String line) {
        String start = line.strip();
        return start.startsWith("*") || start.startsWith("/*") || start.contains("//");
    }

    /** A user of the jar has no list of the rows. */
    static List<Finding> rowIdsForUsers(SourceFile file) {
        List<Finding> found = new ArrayList<>();
        boolean isSeen =
                file.isLibraryMain()
                        && !NOT_EXPORTED.matcher(file.path()).matches()
                        && file.lines().stream().anyMatch(line -> line.startsWith("public "));
        if (!isSeen) {
            return found;
        }
        int began = 0;
        StringBuilder javadoc = new StringBuilder();
        for (int at = 0; at < file.lines().size(); at++) {
            String line = file.lines().get(at).strip();
            if (line.startsWith("/**")) {
                began = at + 1;
                javadoc.setLength(0);
            }
            if (line.startsWith("/**") || line.startsWith("*")) {
                javadoc.append(' ').append(line.replaceFirst("^[/*]+", ""));
            } else if (line.startsWith("public ") || line.startsWith("protected ")) {
                if (ROW_ID.matcher(javadoc).find()) {
                    found.add(
                            new Finding(
                                    file.path(),
                                    began,
                                    "the Javadoc of what users see names a row",
                                    "leave it to the test's tag, or to a comment in the code"));
                }
                javadoc.setLength(0);
            } else if (!line.startsWith("@")) {
                javadoc.setLength(0);
            }
        }
        return found;
    }

    static List<Finding> methodLength(SourceFile file) {
        return scan(
                file,
                MethodTree.class,
                (method, found) -> {
                    int lines = file.lastLine(method) - file.firstLine(method) + 1;
                    if (lines > METHOD_LINES) {
                        found.add(
                                method,
                                "method "
                                        + method.getName()
                                        + " has "
                                        + lines
                                        + " lines, the limit is "
                                        + METHOD_LINES,
                                "move one of its steps into a method with a name");
                    }
                });
    }

    static List<Finding> lineLength(SourceFile file) {
        return eachLine(
                file,
                line -> line.length() > LINE_COLUMNS,
                "longer than " + LINE_COLUMNS + " columns",
                "break the line");
    }

    static List<Finding> typeNames(SourceFile file) {
        return scan(
                file,
                ClassTree.class,
                (type, found) -> {
                    String name = type.getSimpleName().toString();
                    SUFFIXES.stream()
                            .filter(name::endsWith)
                            .forEach(suffix ->
                                    found.add(
                                            type,
                                            "type name " + name + " ends with " + suffix,
                                            "name what it is or does"));
                });
    }

    static List<Finding> packageName(SourceFile file) {
        var declared = file.tree().getPackage();
        if (declared == null) {
            return List.of();
        }
        String name = declared.getPackageName().toString();
        return Stream.of(name.split("\\."))
                .filter(PACKAGE_WORDS::contains)
                .map(word ->
                        new Finding(
                                file.path(),
                                file.firstLine(declared.getPackageName()),
                                "package " + name + " contains the word " + word,
                                "name the package after what it holds; what is not exported is private"))
                .toList();
    }

    static List<Finding> sleeps(SourceFile file) {
        if (!file.isTest()) {
            return List.of();
        }
        List<Finding> sleeping =
                scan(
                        file,
                        MethodInvocationTree.class,
                        (call, found) -> {
                            if (call.getMethodSelect() instanceof MemberSelectTree select
                                    && select.getIdentifier().contentEquals("sleep")
                                    && SLEEPER.matcher(select.getExpression().toString())
                                            .matches()) {
                                found.add(
                                        call,
                                        "a test sleeps",
                                        "wait for the event itself, or use virtual time");
                            }
                        });
        return Stream.concat(sleeping.stream(), RealTime.waits(file).stream()).toList();
    }

    static List<Finding> printing(SourceFile file) {
        if (!file.isLibraryMain()) {
            return List.of();
        }
        return scan(
                file,
                MemberSelectTree.class,
                (select, found) -> {
                    String text = select.toString();
                    if (text.equals("System.out") || text.equals("java.util.logging")) {
                        found.add(
                                select,
                                text + " in the library",
                                "emit a JFR event, call a listener, or use System.Logger");
                    }
                });
    }

    static List<Finding> leftOpen(SourceFile file) {
        return eachLine(
                file,
                line -> LEFT_OPEN.matcher(line).find(),
                "a note of unfinished work",
                "finish it, or write an issue and delete the note");
    }

    static List<Finding> oldRfcs(SourceFile file) {
        return eachLine(
                file,
                line -> OLD_RFC.matcher(line).find(),
                "an obsolete RFC number",
                "cite RFC 9110, 9111 or 9112 with the section");
    }

    static List<Finding> testsWithoutAssertion(SourceFile file) {
        return scan(
                file,
                MethodTree.class,
                (method, found) -> {
                    boolean isTest =
                            method.getModifiers().getAnnotations().stream()
                                    .anyMatch(annotation -> TESTS.contains(nameOf(annotation)));
                    if (isTest && !asserts(method)) {
                        found.add(
                                method,
                                "test " + method.getName() + " asserts nothing",
                                "assert, or call a method named assert..., verify... or expect...");
                    }
                });
    }

    /** The simple name an annotation is used by. */
    static String nameOf(AnnotationTree annotation) {
        return simpleName(annotation.getAnnotationType());
    }

    private static boolean asserts(MethodTree method) {
        var scanner =
                new TreeScanner<Void, Void>() {
                    boolean found;

                    @Override
                    public Void visitAssert(AssertTree node, Void unused) {
                        found = true;
                        return super.visitAssert(node, unused);
                    }

                    @Override
                    public Void visitMethodInvocation(MethodInvocationTree node, Void unused) {
                        found |= ASSERTING.matcher(simpleName(node.getMethodSelect())).matches();
                        return super.visitMethodInvocation(node, unused);
                    }
                };
        scanner.scan(method.getBody(), null);
        return scanner.found;
    }

    private static String simpleName(Tree tree) {
        return switch (tree) {
            case IdentifierTree identifier -> identifier.getName().toString();
            case MemberSelectTree select -> select.getIdentifier().toString();
            case ExpressionTree other -> other.toString();
            default -> "";
        };
    }

    private interface Check<T> {
        void look(T node, Report report);
    }

    private interface Report {
        void add(Tree where, String rule, String remedy);
    }

    /** Shows every node of one type to a check. */
    private static <T extends Tree> List<Finding> scan(
            SourceFile file, Class<T> type, Check<T> check) {
        List<Finding> found = new ArrayList<>();
        Report report =
                (where, rule, remedy) ->
                        found.add(new Finding(file.path(), file.firstLine(where), rule, remedy));
        Consumer<Tree> look = node -> check.look(type.cast(node), report);
        new TreeScanner<Void, Void>() {
            @Override
            public Void scan(Tree node, Void unused) {
                if (type.isInstance(node)) {
                    look.accept(node);
                }
                return super.scan(node, unused);
            }
        }.scan(file.tree(), null);
        return found;
    }

    private static List<Finding> eachLine(
            SourceFile file, Predicate<String> broken, String rule, String remedy) {
        List<Finding> found = new ArrayList<>();
        for (int i = 0; i < file.lines().size(); i++) {
            if (broken.test(file.lines().get(i))) {
                found.add(new Finding(file.path(), i + 1, rule, remedy));
            }
        }
        return found;
    }
}
