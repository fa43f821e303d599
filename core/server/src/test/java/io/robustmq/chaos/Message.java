package io.robustmq.chaos;

/**
 * What a payload says: {@code publisher/number/life/qos}.
 *
 * @param life how often the publisher's session had to be begun; order holds within one
 */
record Message(String publisher, int number, int life, int qos, String topic) {
    String payload() {
        return publisher + "/" + number + "/" + life + "/" + qos;
    }

    /** Without what may differ between publisher and subscriber. */
    String key() {
        return key(payload());
    }

    static String key(String payload) {
        int first = payload.indexOf('/');
        int second = payload.indexOf('/', first + 1);
        return second < 0 ? payload : payload.substring(0, second);
    }
}
