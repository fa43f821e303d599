# Reads JUnit's XML reports; prints what failed and why, what was left out and why, and the totals.

function attribute(name,    rest) {
    rest = $0
    if (!sub(".* " name "=\"", "", rest) && !sub("^.*<[a-z]+ " name "=\"", "", rest)) {
        return ""
    }
    sub("\".*", "", rest)
    gsub("&apos;", "'", rest)
    gsub("&quot;", "\"", rest)
    gsub("&lt;", "<", rest)
    gsub("&gt;", ">", rest)
    gsub("&#10;", " ", rest)
    gsub("&amp;", "\\&", rest)
    return rest
}

# a test case ends where the next begins: its outcome is what stood between
function settle() {
    if (test == "") {
        return
    }
    if (outcome == "failed") {
        failures[++failed] = test "\n      " reason
    } else if (outcome == "skipped") {
        skips[++skipped] = test "\n      " reason
    } else {
        passed++
    }
    test = ""
}

# what a test printed may look like anything
inside { if (index($0, "]]>")) { inside = 0 } next }
/<!\[CDATA\[/ { inside = !index($0, "]]>") }

/^ *<testcase / {
    settle()
    class = attribute("classname")
    sub(".*\\.", "", class)
    name = attribute("name")
    test = class (name == "" ? "" : ": " name)
    gsub("_", " ", test)
    outcome = "passed"
}
# the whole of a lost buffer's way would be pages: what is cut stands in the report
/^ *<(failure|error)[ >\/]/ && test != "" {
    outcome = "failed"
    reason = substr(attribute("message"), 1, 3000)
    if (reason == "") {
        reason = attribute("type")
    }
}
/^ *<skipped[ >\/]/ && test != "" {
    outcome = "skipped"
    reason = attribute("message")
    if (reason == "") {
        reason = "no reason given"
    }
}
FNR == 1 { settle() }

END {
    settle()
    if (broke == "yes") {
        failures[++failed] = "the build itself: see what Maven says above"
    }
    print ""
    for (i = 1; i <= skipped; i++) {
        if (i == 1) {
            print "left out:"
        }
        print "  " skips[i]
    }
    for (i = 1; i <= failed; i++) {
        if (i == 1) {
            print "failed (reports: target/*-reports of its module):"
        }
        print "  " failures[i]
    }
    printf "%d min %d s\n", seconds / 60, seconds % 60
    if (complete == "yes" && skipped > 0) {
        print "--complete allows no test to be left out"
    }
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
    exit (failed > 0 || passed == 0 || complete == "yes" && skipped > 0)
}
