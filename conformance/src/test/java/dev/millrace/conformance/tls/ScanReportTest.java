package dev.millrace.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts as a weakness in a scanner's words. */
class ScanReportTest {
    private static final String SSLSCAN =
            """
            SSLv2     disabled
            SSLv3     disabled
            TLSv1.0   disabled
            TLSv1.1   disabled
            TLSv1.2   enabled
            TLSv1.3   enabled
            Session renegotiation not supported
            Compression disabled
            TLSv1.2 not vulnerable to heartbleed
            Preferred TLSv1.3  256 bits  TLS_AES_256_GCM_SHA384        Curve 25519 DHE 253
            Accepted  TLSv1.2  256 bits  ECDHE-ECDSA-CHACHA20-POLY1305 Curve 25519 DHE 253
            """;

    @Test
    void aReportWithoutWeaknessSaysWhatWasFound() {
        ScanReport report = ScanReport.ofSslscan(SSLSCAN);
        assertThat(report.weaknesses()).isEmpty();
        assertThat(report.summary())
                .containsExactly(
                        "TLSv1.3 TLS_AES_256_GCM_SHA384",
                        "TLSv1.2 ECDHE-ECDSA-CHACHA20-POLY1305",
                        "TLSv1.2 enabled",
                        "TLSv1.3 enabled",
                        "renegotiation not supported");
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.1   disabled, TLSv1.1   enabled, TLSv1.1 is enabled",
        "TLSv1.3   enabled, TLSv1.3   disabled, TLSv1.3 enabled",
        "Session renegotiation not, Secure session renegotiation, renegotiation not supported",
        "Compression disabled, Compression enabled, compression is enabled (CRIME)",
        "not vulnerable, vulnerable, heartbleed",
        "ECDHE-ECDSA-CHACHA20-POLY1305, ECDHE-ECDSA-AES128-SHA, TLSv1.2 ECDHE-ECDSA-AES128-SHA",
        "ECDHE-ECDSA-CHACHA20-POLY1305, AES128-GCM-SHA256, TLSv1.2 AES128-GCM-SHA256",
    })
    void whatIsWeakIsTold(String right, String wrong, String told) {
        assertThat(ScanReport.ofSslscan(SSLSCAN.replace(right, wrong)).weaknesses())
                .containsExactly(told);
    }

    @Test
    void aScanThatDidNotHappenIsNone() {
        assertThat(ScanReport.ofSslscan("Could not open a connection").weaknesses()).hasSize(4);
        assertThat(ScanReport.ofTestssl("no such host").weaknesses())
                .contains("heartbleed: not looked at", "TLS1: not looked at")
                .hasSizeGreaterThan(20);
    }

    @Test
    void findingsOfTheServerCountAndThoseOfItsSurroundingsDoNot() {
        String csv =
                """
                "id","fqdn/ip","port","severity","finding","cve","cwe"
                "engine_problem","/","443","WARN","No engine","",""
                "TLS1","localhost/127.0.0.1","8443","LOW","offered (deprecated)","",""
                "cert_chain_of_trust","localhost/127.0.0.1","8443","CRITICAL","failed","",""
                "heartbleed","localhost/127.0.0.1","8443","OK","not vulnerable","CVE-2014-0160",""
                "CCS","localhost/127.0.0.1","8443","CRITICAL","VULNERABLE","CVE-2014-0224",""
                "tickets","localhost/127.0.0.1","8443","WARN","failed because of connect problem","",""
                "ROBOT","localhost/127.0.0.1","8443","WARN","failed because of connect problem","",""
                """;
        ScanReport report = ScanReport.ofTestssl(csv);
        assertThat(report.summary())
                .containsExactly(
                        "TLS1: LOW, offered (deprecated)",
                        "heartbleed: OK, not vulnerable",
                        "CCS: CRITICAL, VULNERABLE",
                        "ROBOT: WARN, failed because of connect problem");
        assertThat(report.weaknesses())
                .contains(
                        "TLS1: LOW, offered (deprecated)",
                        "CCS: CRITICAL, VULNERABLE",
                        "ROBOT: WARN, failed because of connect problem")
                .noneMatch(line -> line.startsWith("cert") || line.startsWith("engine"))
                .noneMatch(line -> line.startsWith("tickets"));
    }
}
