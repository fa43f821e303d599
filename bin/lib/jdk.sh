# To be sourced. find_jdk <version> [java]: prints the home of a JDK of that version or a newer one, looked for
# in JAVA_HOME, on the path and in the system's JVM folders; says what is missing if there is none. With `java` a
# JRE is enough.

find_jdk() {
    local wanted=$1 program=${2:-javac} kind=JDK home on_path
    [ "$program" = javac ] || kind=Java
    on_path=$(command -v "$program" 2>/dev/null) && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for home in "${JAVA_HOME-}" "$on_path" /usr/lib/jvm/* "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [ -n "$home" ] && [ "$(jdk_version "$home" "$program")" -ge "$wanted" ]; then
            printf '%s\n' "$home"
            return 0
        fi
    done
    echo "no $kind $wanted or newer: looked in JAVA_HOME, on the path and in /usr/lib/jvm; install one or set JAVA_HOME" >&2
    return 1
}

# The feature version of the JDK at $1, or of what has bin/$2 there; 0 if there is none. Reads its release file: no JVM is started.
jdk_version() {
    local version
    [ -x "$1/bin/${2:-javac}" ] && version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)
    printf '%s\n' "${version:-0}"
}
