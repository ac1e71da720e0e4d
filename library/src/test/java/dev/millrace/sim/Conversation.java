package dev.millrace.sim;

import org.jspecify.annotations.Nullable;

/** Two ends that talk, and what each must have heard of the other when all is over. */
final class Conversation {
    private final int id;
    private final Talker guest;
    private final boolean isEcho;
    @Nullable Talker host;

    Conversation(int id, Talker guest, boolean isEcho) {
        this.id = id;
        this.guest = guest;
        this.isEcho = isEcho;
    }

    int id() {
        return id;
    }

    void verify(Oracle oracle) {
        if (isEcho) {
            verifyHeard(oracle, guest, guest, guest.isUndisturbed());
        } else if (host != null) {
            boolean isUndisturbed = guest.isUndisturbed() && host.isUndisturbed();
            verifyHeard(oracle, guest, host, isUndisturbed);
            verifyHeard(oracle, host, guest, isUndisturbed);
        } else {
            oracle.require(
                    !guest.isUndisturbed(), guest.witness.who(), "reached nobody, undisturbed");
        }
    }

    /**
     * Undisturbed, everything arrives and nobody sees an error. Otherwise a part may be missing;
     * but an end that is told after the sender had finished means that nothing is.
     */
    private static void verifyHeard(
            Oracle oracle, Talker speaker, Talker listener, boolean isUndisturbed) {
        Witness heard = listener.witness;
        String who = heard.who();
        if (isUndisturbed) {
            oracle.require(heard.error() == null, who, "undisturbed, but failed: " + heard);
            oracle.require(heard.isEnded(), who, "undisturbed, but without an end: " + heard);
        }
        boolean isWhole = heard.isEnded() && speaker.witness.isFinished() && speaker != listener;
        if (isUndisturbed || isWhole) {
            long sent = speaker.plan().bytes();
            oracle.require(heard.received() == sent, who, "heard " + heard + " of " + sent);
        }
        oracle.require(
                heard.received() <= speaker.sent(), who, "heard more than was said: " + heard);
    }
}
