package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the options of TLS say, and what is said of those that are wrong. */
class TlsOptionsOfCommandsTest {
    @TempDir Path folder;

    private static Arguments of(Command command, String... words) {
        return Arguments.parse(command, List.of(words));
    }

    private static void expectUsage(String message, Command command, String... words) {
        assertThatThrownBy(() -> ((ServerCommand) command).prepare(of(command, words)))
                .isInstanceOf(UsageError.class)
                .hasMessage(message);
    }

    @Test
    void whatDoesNotFitTogetherIsWrongUsage() {
        expectUsage(
                "--tls yes: use self-signed, or name a certificate with --tls-cert",
                new HelloCommand(),
                "--tls=yes");
        expectUsage(
                "--tls self-signed and --tls-cert are two certificates; use one",
                new EchoCommand(),
                "--tls=self-signed",
                "--tls-cert=a.pem");
        expectUsage(
                "--tls-key is the key of a certificate; name that with --tls-cert",
                new ReflectCommand(),
                "--tls-key=a.pem");
        expectUsage(
                "--redirect-http leads to https; give --tls-cert as well",
                new ServeCommand(),
                "--redirect-http=80");
        expectUsage(
                "--redirect-http 443 is the port of https; use another",
                new ServeCommand(),
                "--redirect-http=443",
                "--port=443",
                "--tls-cert=a.pem");
        expectUsage(
                "--redirect-http is for a TCP port of https; leave --unix out",
                new ServeCommand(),
                "--redirect-http=80",
                "--unix=/tmp/none",
                "--tls-cert=a.pem");
        expectUsage(
                "LISTEN tls://127.0.0.1:0 needs a certificate; name it with --tls-cert",
                new ProxyCommand(),
                "tls://127.0.0.1:0",
                "tcp://127.0.0.1:1");
        expectUsage(
                "TARGET tcp://127.0.0.1:1 has no TLS to verify; write tls://HOST:PORT",
                new ProxyCommand(),
                "tcp://127.0.0.1:0",
                "tcp://127.0.0.1:1",
                "--cacert=a.pem");
    }

    /** Of systemd: they replace what the command line says. */
    @Test
    void inheritedSocketsHaveToHaveWhatLeadsToHttps() {
        Optional<IpAddress> redirect = Optional.of(IpAddress.of("127.0.0.1", 80));
        Address plain = IpAddress.of("::", 80);
        Address https = IpAddress.of("::", 443);
        RedirectPort.check(redirect, List.of(plain, https));
        RedirectPort.check(Optional.empty(), List.of(https));
        assertThatThrownBy(() -> RedirectPort.check(redirect, List.of(https)))
                .isInstanceOf(Failure.class)
                .hasMessage(
                        "--redirect-http 80: systemd passes no socket at that port; add"
                                + " ListenStream=80, or leave the option out");
        assertThatThrownBy(() -> RedirectPort.check(redirect, List.of(plain)))
                .isInstanceOf(Failure.class)
                .hasMessage(
                        "--redirect-http 80: systemd passes no other socket, for https; add"
                                + " ListenStream=443");
        Scheme scheme = new Scheme("https", redirect);
        assertThat(scheme.of(plain) + " " + scheme.of(https)).isEqualTo("http https");
        assertThat(scheme.of(UnixAddress.of("/run/a"))).isEqualTo("https");
    }

    @Test
    void aFileThatIsNotRightIsNamed() throws IOException {
        Path none = folder.resolve("none.pem");
        assertThatThrownBy(() ->
                        new HelloCommand().prepare(of(new HelloCommand(), "--tls-cert=" + none)))
                .isInstanceOf(Failure.class)
                .hasMessage("can't read a certificate: " + none + ": there is no such file");
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        assertThatThrownBy(() ->
                        new HelloCommand().prepare(of(new HelloCommand(), "--tls-cert=" + empty)))
                .isInstanceOf(Failure.class)
                .hasMessage(empty + " has no certificate: no line -----BEGIN CERTIFICATE-----");
    }

    @Test
    void certificateAndKeyMayBeTwoFilesOrOne() throws IOException {
        Path both = folder.resolve("both.pem");
        TlsIdentity.selfSigned("localhost").writePem(both);
        Path key = Files.copy(both, folder.resolve("key.pem"));
        for (List<String> words :
                List.of(
                        List.of("--tls-cert=" + both),
                        List.of("--tls-cert=" + both, "--tls-key=" + key))) {
            ServerTls tls =
                    ServerTls.read(Arguments.parse(new HelloCommand(), words), "127.0.0.1")
                            .orElseThrow();
            assertThat(tls.load().identity()).isPresent();
        }
        assertThat(ServerTls.read(of(new HelloCommand()), "127.0.0.1")).isEmpty();
    }

    private SelfSignedFile selfSigned(String host) {
        return SelfSignedFile.of(host, Map.of("XDG_STATE_HOME", folder.toString()));
    }

    @Test
    void aCertificateOfOurOwnIsKept() throws Exception {
        TlsIdentity first = selfSigned("127.0.0.1").identity();
        X509Certificate certificate = first.chain().getFirst();
        assertThat(certificate.getSubjectAlternativeNames().stream().map(name -> name.get(1)))
                .map(Object::toString)
                .containsExactly("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
        Path file = folder.resolve("millrace/localhost.pem");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        for (String host : List.of("127.0.0.1", "localhost", "::1", "0.0.0.0", "::", "LOCALHOST")) {
            assertThat(selfSigned(host).identity().fingerprint()).isEqualTo(first.fingerprint());
        }
        TlsIdentity other = selfSigned("192.0.2.1").identity();
        assertThat(other.fingerprint()).isNotEqualTo(first.fingerprint());
        assertThat(other.chain().getFirst().getSubjectAlternativeNames().toString())
                .contains("192.0.2.1", "localhost");
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("localhost.pem", "host-192.0.2.1.pem");
        }
    }

    @Test
    void aHostIsNoPathToAFile() {
        selfSigned("2001:db8::1").identity();
        assertThat(folder.resolve("millrace/host-2001_db8__1.pem")).exists();
        assertThatThrownBy(() -> selfSigned("../evil").identity()).isInstanceOf(Failure.class);
        assertThat(folder.resolve("millrace/host-.._evil.pem")).doesNotExist();
    }

    @Test
    void oneThatCannotBeReadIsNotReplaced() throws IOException {
        Path file = Files.createDirectories(folder.resolve("millrace")).resolve("localhost.pem");
        Files.writeString(file, "mine");
        assertThatThrownBy(() -> selfSigned("localhost").identity())
                .isInstanceOf(Failure.class)
                .hasMessage(
                        file
                                + " has no certificate: no line -----BEGIN CERTIFICATE-----; remove"
                                + " it, and the next start makes another");
        assertThat(file).hasContent("mine");
        Path blocked = Files.createFile(folder.resolve("file"));
        SelfSignedFile in = SelfSignedFile.of("localhost", Map.of("XDG_STATE_HOME", "" + blocked));
        assertThatThrownBy(in::identity)
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("can't keep a certificate in " + blocked)
                .hasMessageEndingWith("or use --tls-cert");
    }

    @Test
    void aClientTrustsOneWayAtATime() {
        GetCommand get = new GetCommand();
        assertThatThrownBy(() ->
                        ServerTrust.read(of(get, "--cacert=a", "--insecure-trust-any-server")))
                .isInstanceOf(UsageError.class)
                .hasMessage("--cacert and --insecure-trust-any-server exclude each other; use one");
        assertThatThrownBy(() -> ServerTrust.read(of(get, "--fingerprint=AB")))
                .isInstanceOf(UsageError.class)
                .hasMessageStartingWith("--fingerprint AB: \"AB\" is no SHA-256");
        assertThatThrownBy(() -> ServerTrust.read(of(get, "--cacert=" + folder.resolve("none"))))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("can't read --cacert ");
        assertThatThrownBy(() -> of(get, "--insecure")).isInstanceOf(UsageError.class);
        assertThatThrownBy(() -> of(get, "-k")).isInstanceOf(UsageError.class);
    }

    @Test
    void theFaultOfTheEngineIsKnownByTheVersion() {
        assertThat(TlsEngine.fault(Runtime.Version.parse("25.0.2+10")))
                .isEqualTo("without the fix of JDK-8371864, records may fail; use Java 25.0.3");
        for (String fixed : List.of("25.0.3+9-LTS", "25.0.10", "26+35", "27-ea+1")) {
            assertThat(TlsEngine.fault(Runtime.Version.parse(fixed)))
                    .isEqualTo("with the fix of JDK-8371864");
        }
        assertThat(TlsEngine.text()).startsWith("the JDK's, SunJSSE").contains("TLSv1.3");
    }
}
