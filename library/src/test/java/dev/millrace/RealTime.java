package dev.millrace;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.ForLoopTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.tree.WhileLoopTree;
import com.sun.source.util.TreeScanner;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Time that a test waits out. A timer of a real loop is due at once, or it is a deadline that is
 * never met when all is well; a pause in between hopes that something has happened meanwhile. An
 * interval is none, as a test waits for its ticks.
 */
final class RealTime {
    /** What is at least so long bounds a failure. */
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Members that are about real time, and why. */
    static final Map<String, String> ALLOWED =
            Map.ofEntries(
                    Map.entry("Kernel.await", "the pause between two looks"),
                    Map.entry("DriverBasicsContract.aPollReturnsWhenTheTimeIsOver", "its timeout"),
                    Map.entry("DriverBasicsContract.wakeUpsAreCollected", "its timeout"),
                    Map.entry(
                            "DriverBasicsContract"
                                    + ".aPollIsNotOverBeforeItsTimeWhichIsNoWholeMillisecond",
                            "its timeout"),
                    Map.entry(
                            "NioDriverTest.anInterruptedThreadWaitsAllTheSameAndStaysInterrupted",
                            "its timeout"),
                    Map.entry(
                            "EpollWatchTest.aHangUpIsToldToWhoeverAsksAndCostsNothingOtherwise",
                            "its timeout"),
                    Map.entry(
                            "DriverCloseContract.aPeerThatLeftCostsNothingAfterwards",
                            "nothing ends a poll"),
                    Map.entry("StageContinuationTest.aTimeoutComesOnTheLoop", "its timeout"),
                    Map.entry(
                            "StageContinuationTest.aValueForATimeoutComesOnTheLoop", "its timeout"),
                    Map.entry("EpollFixture.assertIdle", "nothing ends a poll"),
                    Map.entry("HttpTimeoutTest.waitOut", "the race is with a real timer"),
                    Map.entry("FloodTest.spanOf", "latencies are measured over a span"),
                    Map.entry(
                            "TcpPeerClosedTest.cpuOver", "processor time is measured over a span"),
                    Map.entry("LongEcho.timer", "the test measures how late it is"),
                    Map.entry(
                            "SuspendedProcessTest.itsTimersFireOnceWhenItGoesOn", "a stop's span"),
                    Map.entry("SystemCallsTest.Programs.parkFor", "no call is made in a span"),
                    Map.entry(
                            "SystemCallsTest.Programs.pauseAndResume",
                            "the loop has to wait for a timer"),
                    Map.entry(
                            "LoopGroupTest.letStartReturnIfItDoesNotWait",
                            "what must not happen is no event"),
                    Map.entry("StandardPrograms.Lent.main", "what must not happen is no event"),
                    Map.entry(
                            "StandardPrograms.GiveUp.main",
                            "nothing tells that a thread is inside write(2)"),
                    Map.entry("BusyCallbacksTest.End.actOnce", "a callback among others"),
                    Map.entry("LoopGroupChurnTest.Member.churn", "the clients decide the end"));

    /** Whatever their arguments are. */
    private static final Set<String> PAUSES =
            Set.of(
                    "parkNanos",
                    "parkUntil",
                    "delayedExecutor",
                    "completeOnTimeout",
                    "newScheduledThreadPool",
                    "newSingleThreadScheduledExecutor");

    /** With a time and its unit, or with a Duration: fine as a failsafe. */
    private static final Set<String> TIMED =
            Set.of("await", "get", "join", "poll", "waitFor", "tryAcquire", "orTimeout", "wait");

    private static final Set<String> OF = Set.of("Nanos", "Millis", "Seconds", "Minutes", "Hours");
    private static final Pattern CLOCK =
            Pattern.compile("(?s).*(nanoTime|currentTimeMillis|[nN]ow)\\(\\).*");
    private static final Set<Tree.Kind> COMPARISONS =
            Set.of(
                    Tree.Kind.LESS_THAN,
                    Tree.Kind.LESS_THAN_EQUAL,
                    Tree.Kind.GREATER_THAN,
                    Tree.Kind.GREATER_THAN_EQUAL);
    private static final Pattern VIRTUAL = Pattern.compile("\\bwith(Virtual|Stopped)Time\\(");

    private final SourceFile file;
    private final List<Finding> found = new ArrayList<>();
    private final Set<String> used = new TreeSet<>();
    private final Map<String, ExpressionTree> fields = new HashMap<>();
    private boolean isVirtual;

    private RealTime(SourceFile file) {
        this.file = file;
        boolean isRead =
                file.path().startsWith("library/src/test/") && !file.path().contains("/sim/");
        if (isRead) {
            readMembers();
            new Waits().scan(file.tree(), null);
        }
    }

    static List<Finding> waits(SourceFile file) {
        return new RealTime(file).found;
    }

    /** Allowances that allow nothing any more. */
    static Set<String> unused(List<SourceFile> files) {
        Set<String> unused = new HashSet<>(ALLOWED.keySet());
        files.forEach(file -> unused.removeAll(new RealTime(file).used));
        return unused;
    }

    /** A field or a helper on virtual time stands for all tests of the file. */
    private void readMembers() {
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitVariable(VariableTree variable, Void unused) {
                fields.putIfAbsent("" + variable.getName(), variable.getInitializer());
                isVirtual |= VIRTUAL.matcher(variable.toString()).find();
                return null;
            }

            @Override
            public Void visitMethod(MethodTree method, Void unused) {
                boolean isTest =
                        method.getModifiers().getAnnotations().stream()
                                .anyMatch(one -> TidyRules.nameOf(one).endsWith("Test"));
                isVirtual |= !isTest && VIRTUAL.matcher(method.toString()).find();
                return null;
            }
        }.scan(file.tree(), null);
    }

    private final class Waits extends TreeScanner<Void, Void> {
        private final Map<String, ExpressionTree> locals = new HashMap<>();
        private String member = "";
        private boolean isOnVirtualTime = isVirtual;

        @Override
        public Void visitClass(ClassTree type, Void unused) {
            String outer = member;
            member =
                    outer.isEmpty()
                            ? "" + type.getSimpleName()
                            : outer + "." + type.getSimpleName();
            super.visitClass(type, null);
            member = outer;
            return null;
        }

        @Override
        public Void visitMethod(MethodTree method, Void unused) {
            String outer = member;
            boolean isOuterVirtual = isOnVirtualTime;
            member = outer + "." + method.getName();
            isOnVirtualTime |= VIRTUAL.matcher(method.toString()).find();
            super.visitMethod(method, null);
            member = outer;
            isOnVirtualTime = isOuterVirtual;
            return null;
        }

        @Override
        public Void visitVariable(VariableTree variable, Void unused) {
            locals.put("" + variable.getName(), variable.getInitializer());
            return super.visitVariable(variable, null);
        }

        @Override
        public Void visitWhileLoop(WhileLoopTree loop, Void unused) {
            expectNoClock(loop.getCondition());
            return super.visitWhileLoop(loop, null);
        }

        @Override
        public Void visitForLoop(ForLoopTree loop, Void unused) {
            expectNoClock(loop.getCondition());
            return super.visitForLoop(loop, null);
        }

        @Override
        public Void visitLambdaExpression(LambdaExpressionTree lambda, Void unused) {
            expectNoClock(lambda.getBody());
            return super.visitLambdaExpression(lambda, null);
        }

        /** The clock alone: with another condition beside it, it is the deadline. */
        private void expectNoClock(@Nullable Tree condition) {
            Tree bare =
                    condition instanceof ParenthesizedTree inner
                            ? inner.getExpression()
                            : condition;
            if (bare instanceof BinaryTree comparison
                    && COMPARISONS.contains(comparison.getKind())
                    && CLOCK.matcher(comparison.toString()).matches()) {
                add(comparison, "a test watches the clock");
            }
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
            Tree select = call.getMethodSelect();
            String name =
                    select instanceof MemberSelectTree member
                            ? "" + member.getIdentifier()
                            : "" + select;
            var arguments = call.getArguments();
            if (PAUSES.contains(name)) {
                add(call, "a test pauses by " + name);
            } else if (TIMED.contains(name) && !arguments.isEmpty()) {
                if (arguments.stream().anyMatch(one -> isShort(name, one, arguments.getLast()))) {
                    add(call, name + " with a short time");
                }
            } else if (isTimer(name, arguments) && !isOnVirtualTime) {
                Long nanos = nanos(arguments.getFirst(), null);
                if (nanos == null || isPause(nanos)) {
                    add(call, "a test waits for a timer on real time");
                }
            }
            return super.visitMethodInvocation(call, null);
        }

        private boolean isTimer(String name, List<? extends ExpressionTree> arguments) {
            return arguments.size() == 2
                    && (name.equals("setTimeout")
                            || name.equals("start")
                                    && value(arguments.getFirst())
                                            .toString()
                                            .contains("Duration."));
        }

        /** A number alone is a time for {@code poll} and {@code wait} only. */
        private boolean isShort(String name, ExpressionTree one, ExpressionTree last) {
            boolean hasUnit = last.toString().matches("(TimeUnit\\.)?[A-Z]+S");
            boolean isTime =
                    hasUnit
                            || name.equals("poll")
                            || name.equals("wait")
                            || value(one).toString().contains("Duration.");
            Long nanos = isTime ? nanos(one, hasUnit ? last : null) : null;
            return nanos != null && isPause(nanos);
        }

        private boolean isPause(long nanos) {
            return nanos > 0 && nanos < DEADLINE_NANOS;
        }

        /** What a variable of this file begins with, or the expression itself. */
        private ExpressionTree value(ExpressionTree expression) {
            if (expression instanceof IdentifierTree identifier) {
                String name = "" + identifier.getName();
                ExpressionTree value =
                        locals.containsKey(name) ? locals.get(name) : fields.get(name);
                return value == null ? expression : value(value);
            }
            return expression;
        }

        /** How long that is, as far as the file says it; null when it does not. */
        private @Nullable Long nanos(ExpressionTree expression, @Nullable ExpressionTree unit) {
            return switch (value(expression)) {
                case LiteralTree literal when literal.getValue() instanceof Number number ->
                        unit == null
                                ? (Long) number.longValue()
                                : (Long)
                                        TimeUnit.valueOf(unit.toString().replaceFirst(".*\\.", ""))
                                                .toNanos(number.longValue());
                case ConditionalExpressionTree either -> {
                    Long first = nanos(either.getTrueExpression(), unit);
                    yield first == null || isPause(first)
                            ? first
                            : nanos(either.getFalseExpression(), unit);
                }
                case MemberSelectTree select when select.toString().equals("Duration.ZERO") -> 0L;
                case MemberSelectTree select when select.toString().contains("DEADLINE") ->
                        DEADLINE_NANOS;
                case MethodInvocationTree call -> ofDuration(call);
                default -> null;
            };
        }

        private @Nullable Long ofDuration(MethodInvocationTree call) {
            String name = call.getMethodSelect().toString().replace("Duration.of", "");
            if (!OF.contains(name)) {
                return null;
            }
            ExpressionTree argument = value(call.getArguments().getFirst());
            if (argument.toString().contains("DEADLINE")) {
                return DEADLINE_NANOS;
            }
            Long count = nanos(argument, null);
            return count == null
                    ? null
                    : (Long)
                            ChronoUnit.valueOf(name.toUpperCase(Locale.ROOT))
                                    .getDuration()
                                    .multipliedBy(count)
                                    .toNanos();
        }

        private void add(Tree where, String rule) {
            if (ALLOWED.containsKey(member)) {
                used.add(member);
            } else {
                String remedy =
                        "wait for the event itself, use virtual time, or give RealTime a reason for "
                                + member;
                found.add(new Finding(file.path(), file.firstLine(where), rule, remedy));
            }
        }
    }
}
