package io.robustmq.broker;

/** Decides what clients may do. Any thread; quick, for it is asked on event loops. */
public interface Authorizer {
    /**
     * A client that was let in.
     *
     * @param clientId never empty
     */
    record Client(Identity identity, String clientId, ClientOrigin origin) {}

    /** What it may do by the rules in force now; asked anew when {@link Broker#accessChanged}. */
    Rights rightsOf(Client client);

    /** Of one client. Immutable. */
    interface Rights {
        /** To this topic; wills too. Topics of the broker's own are refused before. */
        Decision publish(String topic);

        /**
         * To this valid filter, {@code $share/group/} included: allowed only if all that it can
         * match is.
         */
        Decision subscribe(String filter);

        Rights ALL =
                new Rights() {
                    @Override
                    public Decision publish(String topic) {
                        return ALLOWED;
                    }

                    @Override
                    public Decision subscribe(String filter) {
                        return ALLOWED;
                    }
                };
    }

    sealed interface Decision {}

    record Allowed() implements Decision {}

    /**
     * @param rule what denies it: a configuration key, or file and line
     */
    record Denied(String rule) implements Decision {}

    Allowed ALLOWED = new Allowed();

    /** Everybody may do everything. */
    Authorizer EVERYTHING = client -> Rights.ALL;
}
