package dev.millrace.web;

import java.time.Duration;
import java.util.Optional;

/**
 * How {@link StaticFiles} serves a folder. Paths are of the site: {@code /404.html} lies in the
 * folder itself.
 *
 * {@snippet class="dev.millrace.web.WebFilesExamplesTest" region="options"}
 *
 * @param index the name of the file that stands for its folder
 * @param isListed whether a folder without such a file is shown as a list; otherwise it is not
 *     found
 * @param isPrecompressed whether {@code x.css.br}, {@code x.css.zst} or {@code x.css.gz} is sent in
 *     place of {@code x.css} to clients that take it; nothing looks whether they belong together
 * @param cacheControl the field Cache-Control of files
 * @param fallback the path of a file that is sent where nothing is found, with status 200, for
 *     programs in a browser that make their own paths
 * @param notFound the path of a page that is sent with status 404, if it is there
 * @param openFilesMax how many files are kept open for other requests, for less than a second; 0
 *     for none
 */
public record StaticFilesOptions(
        String index,
        boolean isListed,
        boolean isPrecompressed,
        Optional<String> cacheControl,
        Optional<String> fallback,
        Optional<String> notFound,
        int openFilesMax) {
    private static final int OPEN_FILES_MAX = 100_000;

    /** Index pages, no lists, precompressed files, a page {@code /404.html}, 128 open files. */
    public static final StaticFilesOptions DEFAULTS =
            new StaticFilesOptions(
                    "index.html",
                    false,
                    true,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("/404.html"),
                    128);

    /**
     * @throws IllegalArgumentException if the index is no plain name, a path does not begin with a
     *     slash, or there are less than 0 or more than 100,000 open files
     */
    public StaticFilesOptions {
        if (index.isEmpty() || index.indexOf('/') >= 0 || index.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "the index \"" + index + "\" is no file's name; give one such as index.html");
        }
        checkPath("fallback", fallback);
        checkPath("notFound", notFound);
        if (openFilesMax < 0 || openFilesMax > OPEN_FILES_MAX) {
            throw new IllegalArgumentException(
                    "openFilesMax is 0 to " + OPEN_FILES_MAX + ", not " + openFilesMax);
        }
    }

    private static void checkPath(String what, Optional<String> path) {
        if (path.isPresent() && (!path.get().startsWith("/") || path.get().indexOf('\0') >= 0)) {
            throw new IllegalArgumentException(
                    what + " \"" + path.get() + "\" is no path of the site; begin it with a slash");
        }
    }

    /** With another index. */
    public StaticFilesOptions withIndex(String name) {
        return new StaticFilesOptions(
                name, isListed, isPrecompressed, cacheControl, fallback, notFound, openFilesMax);
    }

    /** With lists of folders, or without. */
    public StaticFilesOptions withListing(boolean isWanted) {
        return new StaticFilesOptions(
                index, isWanted, isPrecompressed, cacheControl, fallback, notFound, openFilesMax);
    }

    /** With precompressed files, or without. */
    public StaticFilesOptions withPrecompressed(boolean isWanted) {
        return new StaticFilesOptions(
                index, isListed, isWanted, cacheControl, fallback, notFound, openFilesMax);
    }

    /** With {@code max-age} of so many whole seconds. */
    public StaticFilesOptions withMaxAge(Duration age) {
        return withCacheControl("max-age=" + Math.max(0, age.toSeconds()));
    }

    /** With a field Cache-Control (RFC 9111 section 5.2), such as {@code public, immutable}. */
    public StaticFilesOptions withCacheControl(String value) {
        return new StaticFilesOptions(
                index,
                isListed,
                isPrecompressed,
                Optional.of(value),
                fallback,
                notFound,
                openFilesMax);
    }

    /** With a fallback, such as {@code /index.html}. */
    public StaticFilesOptions withFallback(String path) {
        return new StaticFilesOptions(
                index,
                isListed,
                isPrecompressed,
                cacheControl,
                Optional.of(path),
                notFound,
                openFilesMax);
    }

    /** With another page for what is not found. */
    public StaticFilesOptions withNotFound(String path) {
        return new StaticFilesOptions(
                index,
                isListed,
                isPrecompressed,
                cacheControl,
                fallback,
                Optional.of(path),
                openFilesMax);
    }

    /** With another number of files that are kept open. */
    public StaticFilesOptions withOpenFilesMax(int count) {
        return new StaticFilesOptions(
                index, isListed, isPrecompressed, cacheControl, fallback, notFound, count);
    }
}
