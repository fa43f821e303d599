package io.robustmq.server;

/** How the process ends, as sysexits.h has it. */
enum ExitCode {
    /** Done, or stopped in order. */
    OK(0),
    /** What was looked at is not as it should be; the output says how. */
    FOUND(1),
    /** EX_USAGE: unknown command or option. */
    USAGE(64),
    /** EX_NOINPUT: a file or folder that was named is not there. */
    NO_INPUT(66),
    /** EX_UNAVAILABLE: an address or port cannot be had. */
    UNAVAILABLE(69),
    /** EX_SOFTWARE: a defect. */
    DEFECT(70),
    /** EX_CANTCREAT: a folder or file cannot be created, written or locked. */
    CANNOT_CREATE(73),
    /** EX_IOERR: the disk fails. */
    INPUT_OUTPUT(74),
    /** EX_NOPERM: the node does not let who has this token. */
    NO_PERMISSION(77),
    /** EX_CONFIG: the configuration is wrong or cannot be read. */
    CONFIGURATION(78);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
