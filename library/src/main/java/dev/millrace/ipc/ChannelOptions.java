package dev.millrace.ipc;

/**
 * Limits of a {@link MessageChannel}, at both ends the same.
 *
 * {@snippet class="dev.millrace.ipc.ChannelExamplesTest" region="options"}
 *
 * @param messageMaxBytes the longest message, either way; a peer that announces a longer one is
 *     dropped
 * @param descriptorsMax how many descriptors one message has at most, and how many of ours may be
 *     on their way without the peer's word that they have arrived
 */
public record ChannelOptions(int messageMaxBytes, int descriptorsMax) {
    /** 4 MiB and 1,024 descriptors. */
    public static final ChannelOptions DEFAULTS = new ChannelOptions(4 * 1024 * 1024, 1024);

    private static final int LEAST_BYTES = 128 * 1024;
    private static final int MOST_DESCRIPTORS = 1024;

    /**
     * @throws IllegalArgumentException if a limit makes no sense
     */
    public ChannelOptions {
        if (messageMaxBytes < LEAST_BYTES) {
            throw new IllegalArgumentException(
                    "messageMaxBytes is "
                            + messageMaxBytes
                            + ": use 131072 or more, for the unread bytes of a connection");
        }
        if (descriptorsMax < 1 || descriptorsMax > MOST_DESCRIPTORS) {
            throw new IllegalArgumentException(
                    "descriptorsMax is " + descriptorsMax + ": use 1 to " + MOST_DESCRIPTORS);
        }
    }

    /** These options with another limit for a message. */
    public ChannelOptions withMessageMaxBytes(int messageMaxBytes) {
        return new ChannelOptions(messageMaxBytes, descriptorsMax);
    }

    /** These options with another limit for descriptors. */
    public ChannelOptions withDescriptorsMax(int descriptorsMax) {
        return new ChannelOptions(messageMaxBytes, descriptorsMax);
    }
}
