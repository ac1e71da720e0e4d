package dev.millrace.ipc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link ChildProcess} runs, and how.
 *
 * {@snippet class="dev.millrace.ipc.ChildExamplesTest" region="fork"}
 *
 * @param command the program and its arguments; empty: this very program once more, with the same
 *     Java, options and arguments
 * @param environment variables that it has besides ours; one with an empty value it does not have
 * @param folder where it works; empty: where this process does
 * @param isSilent whether what it prints is thrown away, and not printed with ours; its standard
 *     input is empty in any case
 * @param connectLimit how long it may take from its start to its channel; then it is killed
 * @param channel limits of the channel
 */
public record ChildOptions(
        List<String> command,
        Map<String, String> environment,
        Optional<Path> folder,
        boolean isSilent,
        Duration connectLimit,
        ChannelOptions channel) {
    /** This program once more, in the same folder, printing where we do, with 30 s to connect. */
    public static final ChildOptions DEFAULTS =
            new ChildOptions(
                    List.of(),
                    Map.of(),
                    Optional.empty(),
                    false,
                    Duration.ofSeconds(30),
                    ChannelOptions.DEFAULTS);

    /**
     * @throws IllegalArgumentException if the limit is not positive
     */
    public ChildOptions {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (!connectLimit.isPositive()) {
            throw new IllegalArgumentException(
                    "connectLimit is "
                            + connectLimit
                            + ": use more than zero, 30 s is the default");
        }
    }

    /** These options with another program. */
    public ChildOptions withCommand(List<String> command) {
        return new ChildOptions(command, environment, folder, isSilent, connectLimit, channel);
    }

    /** These options with other variables. */
    public ChildOptions withEnvironment(Map<String, String> environment) {
        return new ChildOptions(command, environment, folder, isSilent, connectLimit, channel);
    }

    /** These options in another folder. */
    public ChildOptions withFolder(Path folder) {
        return new ChildOptions(
                command, environment, Optional.of(folder), isSilent, connectLimit, channel);
    }

    /** These options, with what is printed thrown away or not. */
    public ChildOptions withSilent(boolean isSilent) {
        return new ChildOptions(command, environment, folder, isSilent, connectLimit, channel);
    }

    /** These options with another time to connect. */
    public ChildOptions withConnectLimit(Duration connectLimit) {
        return new ChildOptions(command, environment, folder, isSilent, connectLimit, channel);
    }

    /** These options with other limits of the channel. */
    public ChildOptions withChannel(ChannelOptions channel) {
        return new ChildOptions(command, environment, folder, isSilent, connectLimit, channel);
    }
}
