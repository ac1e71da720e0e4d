package dev.millrace.conformance.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a scanner found out about a server.
 *
 * @param summary what it looked at and found right, in a few lines
 * @param weaknesses what it found wrong, and what it did not look at although it should; empty is
 *     good
 */
record ScanReport(List<String> summary, List<String> weaknesses) {
    /** The certificate is the user's, and the authority of this one is of no use to others. */
    private static final String OF_CERTIFICATES = "cert_";

    /** Not of the server: the scanner's own library, and the name servers of localhost. */
    private static final Set<String> OF_SURROUNDINGS = Set.of("engine_problem", "DNS_CAArecord");

    /** What a busy machine does to the scanner. Of what is needed it counts as not looked at. */
    private static final String CUT_OFF = "because of connect problem";

    private static final Set<String> HARMLESS = Set.of("OK", "INFO");

    /** Without these it was no whole scan. */
    private static final List<String> TESTSSL_NEEDED =
            List.of(
                    "SSLv2",
                    "SSLv3",
                    "TLS1",
                    "TLS1_1",
                    "TLS1_2",
                    "TLS1_3",
                    "FS|PFS",
                    "cipher_order|cipherorder.*",
                    "heartbleed",
                    "CCS",
                    "ticketbleed",
                    "ROBOT",
                    "secure_renego",
                    "secure_client_renego",
                    "CRIME_TLS",
                    "BREACH",
                    "POODLE_SSL",
                    "SWEET32",
                    "FREAK",
                    "DROWN",
                    "LOGJAM",
                    "BEAST",
                    "LUCKY13",
                    "RC4");

    private static final Pattern FINDING =
            Pattern.compile(
                    "(?m)^\"([^\"]+)\",\"[^\"]*\",\"[^\"]*\",\"([^\"]+)\",\"((?:[^\"]|\"(?!,))*)\"");

    private static final Pattern SUITE =
            Pattern.compile("(?m)^(?:Preferred|Accepted)\\s+(\\S+)\\s+\\d+ bits\\s+(\\S+)");
    private static final Pattern STRONG =
            Pattern.compile("TLS_.*_(GCM|POLY1305)_.*|ECDHE-.*-(GCM-SHA\\d+|CHACHA20-POLY1305)");
    private static final Pattern OLD =
            Pattern.compile("(?m)^(SSLv2|SSLv3|TLSv1\\.[01])\\s+enabled");
    private static final Pattern BLEEDS = Pattern.compile("(?m)^TLS\\S+ vulnerable to heartbleed");

    ScanReport {
        summary = List.copyOf(summary);
        weaknesses = List.copyOf(weaknesses);
    }

    /** Of the file that {@code testssl --csvfile} writes. */
    static ScanReport ofTestssl(String csv) {
        List<String> summary = new ArrayList<>();
        List<String> weaknesses = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        Matcher finding = FINDING.matcher(csv);
        while (finding.find()) {
            String id = finding.group(1);
            String line = "%s: %s, %s".formatted(id, finding.group(2), finding.group(3));
            boolean isOfServer =
                    !id.startsWith(OF_CERTIFICATES)
                            && !OF_SURROUNDINGS.contains(id)
                            && !id.equals("id");
            boolean isLooked = isNeeded(id) || !finding.group(3).contains(CUT_OFF);
            if (isOfServer && isLooked && !HARMLESS.contains(finding.group(2))) {
                weaknesses.add(line);
            }
            ids.add(id);
            if (isNeeded(id)) {
                summary.add(line);
            }
        }
        for (String needed : TESTSSL_NEEDED) {
            if (ids.stream().noneMatch(id -> id.matches(needed))) {
                weaknesses.add(needed + ": not looked at");
            }
        }
        return new ScanReport(summary, weaknesses);
    }

    private static boolean isNeeded(String id) {
        return TESTSSL_NEEDED.stream().anyMatch(id::matches);
    }

    /** Of what {@code sslscan --no-colour} prints. */
    static ScanReport ofSslscan(String text) {
        List<String> summary = new ArrayList<>();
        List<String> weaknesses = new ArrayList<>();
        OLD.matcher(text).results().forEach(old -> weaknesses.add(old.group(1) + " is enabled"));
        SUITE.matcher(text)
                .results()
                .forEach(suite -> {
                    String name = suite.group(1) + " " + suite.group(2);
                    (STRONG.matcher(suite.group(2)).matches() ? summary : weaknesses).add(name);
                });
        if (summary.isEmpty()) {
            weaknesses.add("no suite with forward secrecy and authenticated encryption");
        }
        for (String needed :
                List.of("TLSv1.2   enabled", "TLSv1.3   enabled", "renegotiation not supported")) {
            (text.contains(needed) ? summary : weaknesses).add(needed.replaceAll(" +", " "));
        }
        if (text.contains("Compression enabled")) {
            weaknesses.add("compression is enabled (CRIME)");
        }
        if (BLEEDS.matcher(text).find()) {
            weaknesses.add("heartbleed");
        }
        return new ScanReport(summary, weaknesses);
    }
}
