package dev.millrace.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** What a contract test says can't hold behind TLS, and so does not run there ({@link Ends}). */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PlainOnly.Condition.class)
public @interface PlainOnly {
    /** Why. */
    Reason value();

    /** The reasons there are. */
    enum Reason {
        BYTES(
                "`bytesRead`, `bytesWritten` and `WriteLimit` count the bytes of the line, which are"
                        + " records and handshakes"),
        END(
                "`end()` writes close_notify, which fails where a FIN would not; what is destroyed"
                        + " does not say it, so the peer hears of a truncation"),
        HANDSHAKE(
                "a connection that is refused as it is accepted ends before its handshake, which is"
                        + " what the client is told"),
        LENT("the driver of the test overwrites what it has lent, which are records"),
        MOVE("a connection with TLS does not move: it ends in order, behind the response it owes"),
        PEER("the peer of the test speaks no TLS, or cuts what it sends by itself"),
        TIME(
                "handshakes calculate on threads, and ends are records: made-up time and counted"
                        + " turns do not wait for them");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** As {@code docs/tls.md} has it. */
        public String text() {
            return text;
        }
    }

    /** Skips it. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return AnnotationSupport.findAnnotation(context.getElement(), PlainOnly.class)
                    .filter(said -> Ends.HAVE_TLS)
                    .map(said -> ConditionEvaluationResult.disabled(said.value().text()))
                    .orElseGet(() -> ConditionEvaluationResult.enabled("no TLS, or it may be"));
        }
    }
}
