# Shared by the scripts in tools/: messages, and where things are looked for. Sourced by bash, never run.

LIBTORCH_VERSION=2.13.0
JAVA_MINIMUM=22

say() { printf 'flowprior: %s\n' "$*" >&2; }

# die MESSAGE: one line, and the exit code for "the request cannot be met as things stand".
die() {
    say "$*"
    exit 2
}

cache_directory() {
    if [[ -n ${FLOWPRIOR_CACHE:-} ]]; then
        printf '%s\n' "$FLOWPRIOR_CACHE"
    else
        printf '%s\n' "${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/flowprior"
    fi
}

# use_utf8: names of files may have any letter. Java takes their encoding from the locale and from nothing else, and a
# locale that is not installed counts as C, whose encoding is ASCII.
use_utf8() {
    local charmap
    charmap=$(locale charmap 2>/dev/null) || charmap=
    case $charmap in
        "" | ANSI_X3.4-1968 | US-ASCII) export LC_ALL=C.UTF-8 ;;
    esac
}

# need WHAT REMEDY: one line about something missing; stop_if_missing ends the script after all of them are known.
missing=0
need() {
    say "$1 is missing: $2"
    missing=1
}
stop_if_missing() { ((missing == 0)) || exit 2; }

provisioned_libtorch() { printf '%s/libtorch-%s\n' "$(cache_directory)" "$LIBTORCH_VERSION"; }

# libtorch_in DIR: prints the directory that holds include/ and lib/, given the official archive, an installed Python
# torch package, or a directory above either. LibtorchLocator.java follows the same rule.
libtorch_in() {
    local sub
    for sub in "" /torch /libtorch; do
        if [[ -f $1$sub/lib/libtorch_cpu.so ]]; then
            (cd "$1$sub" && pwd)
            return
        fi
    done
    return 1
}

# find_libtorch [DIR]: prints the directory of libtorch, or returns 1 when none is there. A place that the user named
# and that holds no libtorch is an error: going on with another copy would hide the mistake.
find_libtorch() {
    if [[ -n ${1:-} ]]; then
        libtorch_in "$1" || die "no lib/libtorch_cpu.so under $1 (flowprior.libtorch): name the directory that holds lib/"
    elif [[ -n ${LIBTORCH_HOME:-} ]]; then
        libtorch_in "$LIBTORCH_HOME" ||
            die "no lib/libtorch_cpu.so under LIBTORCH_HOME=$LIBTORCH_HOME: name the directory that holds lib/, or unset it"
    else
        libtorch_in "$(provisioned_libtorch)"
    fi
}

# java_major HOME: prints the feature version of the Java installation there; no JVM is started.
java_major() {
    [[ -x $1/bin/java && -f $1/release ]] || return 1
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# find_java [TOOL]: prints the home of a Java installation that is new enough and has bin/TOOL (default: java).
# What the user names comes first, then the newest of what is installed.
find_java() {
    local tool=${1:-java} home major best= best_major=0 on_path
    if [[ -n ${FLOWPRIOR_JAVA:-} ]]; then # either a home or an executable
        home=$FLOWPRIOR_JAVA
        [[ -f $home ]] && home=$(dirname "$(dirname "$(readlink -f "$home")")")
        major=$(java_major "$home") && ((${major:-0} >= JAVA_MINIMUM)) && [[ -x $home/bin/$tool ]] ||
            die "FLOWPRIOR_JAVA=$FLOWPRIOR_JAVA is no JDK $JAVA_MINIMUM or newer (bin/$tool): name its home directory, or unset it"
        printf '%s\n' "$home"
        return
    fi
    on_path=$(command -v java || true)
    [[ -n $on_path ]] && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for home in "${JAVA_HOME:-}" "$on_path"; do
        if [[ -n $home && -x $home/bin/$tool ]] && major=$(java_major "$home") && ((${major:-0} >= JAVA_MINIMUM)); then
            printf '%s\n' "$home"
            return
        fi
    done
    for home in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "${HOME:-}"/.sdkman/candidates/java/* \
        "${HOME:-}"/.jdks/* "${HOME:-}"/.jenv/versions/* "${HOME:-}"/.asdf/installs/java/* \
        "${HOME:-}"/.local/share/mise/installs/java/* /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec; do
        if [[ -x $home/bin/$tool ]] && major=$(java_major "$home") && ((${major:-0} > best_major)); then
            best=$home best_major=$major
        fi
    done
    ((best_major >= JAVA_MINIMUM)) && printf '%s\n' "$best"
}
