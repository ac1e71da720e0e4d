package dev.millrace.web;

/** Whether a cookie is sent with requests that another site has caused (RFC 6265bis 5.6.7). */
public enum SameSite {
    /** Never. */
    STRICT("Strict"),

    /** Only when the user follows a link to here, by a safe method. */
    LAX("Lax"),

    /** Always; browsers want {@code Secure} beside it. */
    NONE("None");

    private final String text;

    SameSite(String text) {
        this.text = text;
    }

    /** As it is written in Set-Cookie: {@code Strict}, {@code Lax} or {@code None}. */
    @Override
    public String toString() {
        return text;
    }
}
