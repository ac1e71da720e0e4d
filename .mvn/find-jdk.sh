# Sourced by build and millrace: finds a JDK that is new enough, whatever java the PATH has.
#
#   find_jdk    sets jdk to its folder; to nothing when there is none
#   use_utf8    sets a locale where there is none that can write file names
#
# MILLRACE_JDK, JAVA_HOME and JDK_HOME are asked first, in this order. Only the shell's own commands
# are used until the last resort: this runs at every start of the command.

jdk_needed=25

# Sets release to the feature release of the JDK in folder $1; to 0 when there is no compiler in it.
read_release() {
    release=0
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    while read -r line; do
        case $line in
            JAVA_VERSION=\"[0-9]*)
                release=${line#JAVA_VERSION=\"}
                release=${release%%[!0-9]*}
                return 0
                ;;
        esac
    done < "$1/release"
}

find_jdk() {
    for jdk in \
        "${MILLRACE_JDK:-}" "${JAVA_HOME:-}" "${JDK_HOME:-}" \
        /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /usr/local/openjdk* \
        "${HOME:-/}"/.sdkman/candidates/java/* "${HOME:-/}"/.jdks/* "${HOME:-/}"/.local/share/mise/installs/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "${HOME:-/}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home
    do
        [ -n "$jdk" ] || continue
        read_release "$jdk"
        [ "$release" -lt "$jdk_needed" ] || return 0
    done
    # Last, whatever the PATH offers; on macOS this may be a stub without a release file.
    jdk=
    javac=$(command -v javac 2>/dev/null) || return 0
    while [ -L "$javac" ]; do
        target=$(readlink "$javac")
        case $target in
            /*) javac=$target ;;
            *) javac=$(dirname "$javac")/$target ;;
        esac
    done
    home=$(dirname "$(dirname "$javac")")
    read_release "$home"
    [ "$release" -lt "$jdk_needed" ] || jdk=$home
}

# Without characters beyond ASCII the JVM could neither read nor write most file names: with no locale,
# with C, and when any category has one that is not installed, because then the C library leaves all of
# them at C. A locale that works is left alone, and LC_CTYPE alone is set where that is enough: the
# children of a program inherit this.
use_utf8() {
    case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
        '' | C | POSIX)
            LC_CTYPE=C.UTF-8
            export LC_CTYPE
            [ -z "${LC_ALL:-}" ] || LC_ALL=C.UTF-8
            ;;
    esac
    for locale in ${LC_ALL:-${LANG:-} ${LC_CTYPE:-} ${LC_MESSAGES:-} ${LC_COLLATE:-} ${LC_TIME:-} \
        ${LC_NUMERIC:-} ${LC_MONETARY:-}}; do
        case $locale in
            C | POSIX | C.UTF-8 | C.utf8) ;;
            *)
                replace_missing_locale
                return 0
                ;;
        esac
    done
}

# Nothing but locale(1) knows what is installed. Without it there is musl, which needs no files.
replace_missing_locale() {
    command -v locale >/dev/null 2>&1 || return 0
    case $(locale charmap 2>&1) in
        *Cannot* | ANSI_X3.4-1968 | US-ASCII)
            LC_ALL=C.UTF-8
            export LC_ALL
            ;;
    esac
}
