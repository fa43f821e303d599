package io.robustmq.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.EnhancedAuthenticator.Continue;
import io.robustmq.broker.EnhancedAuthenticator.Exchange;
import io.robustmq.broker.EnhancedAuthenticator.Failure;
import io.robustmq.broker.EnhancedAuthenticator.Success;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramTest {
    private static final String SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";

    /** Those that a test makes up. */
    record Known(Map<String, Scram.Keys> keys) implements Scram.Users {
        @Override
        public Scram.@Nullable Keys keysOf(String userName) {
            return keys.get(userName);
        }

        @Override
        public int iterations() {
            return 4096;
        }
    }

    private static Scram scram(Scram.Hash hash, String userName) throws Exception {
        Scram.Keys keys = ScramClient.keys(hash, "pencil", SALT, 4096);
        return new Scram(hash, new Known(Map.of(userName, keys)), new Random(1));
    }

    private static byte[] challenge(Exchange exchange, byte[] first) {
        return ((Continue) exchange.next(first)).data();
    }

    @Test
    void the_client_of_these_tests_says_what_the_rfc_says() throws Exception {
        ScramClient client =
                new ScramClient(
                        Scram.Hash.SHA_256, "n,,", "user", "pencil", "rOprNGfwEbeRWgbNEkqO");
        String challenge =
                "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=" + SALT + ",i=4096";
        assertThat(new String(client.last(challenge.getBytes(UTF_8)), UTF_8))
                .endsWith(",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        assertThat(client.serverSignature())
                .isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    @ParameterizedTest
    @EnumSource(Scram.Hash.class)
    void who_knows_the_password_is_let_in_and_shown_that_the_broker_knows_it(Scram.Hash hash)
            throws Exception {
        Exchange exchange = scram(hash, "a,b=c").begin();
        ScramClient client = new ScramClient(hash, "y,,", "a=2Cb=3Dc", "pencil", "nonce");
        byte[] last = client.last(challenge(exchange, client.first()));
        Success success = (Success) exchange.next(last);
        assertThat(success.userName()).isEqualTo("a,b=c");
        assertThat(new String(success.data(), UTF_8)).isEqualTo(client.serverSignature());
    }

    @Test
    void a_wrong_password_is_refused_at_the_end() throws Exception {
        Exchange exchange = scram(Scram.Hash.SHA_256, "user").begin();
        ScramClient client = new ScramClient(Scram.Hash.SHA_256, "n,,", "user", "pencil2", "nonce");
        Failure failure = (Failure) exchange.next(client.last(challenge(exchange, client.first())));
        assertThat(failure.userName()).isEqualTo("user");
        assertThat(failure.reasonCode()).isEqualTo(0x87);
    }

    @Test
    void whether_somebody_exists_does_not_show_before_the_end_nor_then() throws Exception {
        Scram scram = scram(Scram.Hash.SHA_512, "user");
        ScramClient client =
                new ScramClient(Scram.Hash.SHA_512, "n,,", "nobody", "pencil", "nonce");
        Exchange exchange = scram.begin();
        byte[] challenge = challenge(exchange, client.first());
        String again = new String(challenge(scram.begin(), client.first()), UTF_8);
        String said = new String(challenge, UTF_8);
        assertThat(again.substring(again.indexOf(",s=")))
                .isEqualTo(said.substring(said.indexOf(",s=")));
        assertThat(said).endsWith(",i=4096");
        Failure failure = (Failure) exchange.next(client.last(challenge));
        assertThat(failure.detail()).isEqualTo("user name or password is wrong");
    }

    @Test
    void every_exchange_has_a_nonce_of_its_own() throws Exception {
        Scram scram = scram(Scram.Hash.SHA_256, "user");
        byte[] first = "n,,n=user,r=x".getBytes(UTF_8);
        assertThat(challenge(scram.begin(), first)).isNotEqualTo(challenge(scram.begin(), first));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "n",
                "n,,",
                "n,,r=x",
                "n,,n=,r=x",
                "n,,n=user",
                "n,,n=user,r=",
                "n,,n=us=er,r=x",
                "n,,n=user,r=a b",
                "n,a=other,n=user,r=x",
                "p=tls-unique,,n=user,r=x",
                "n,,m=1,n=user,r=x"
            })
    void a_first_message_that_is_none_is_refused(String message) throws Exception {
        Exchange exchange = scram(Scram.Hash.SHA_256, "user").begin();
        assertThat(exchange.next(message.getBytes(UTF_8))).isInstanceOf(Failure.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c=biws",
                "c=biws,r=x,p=AAAA",
                ",p=",
                "c=eSws,r=%s,p=AAAA",
                "c=biws,r=%s,p=",
                "c=biws,r=%s,p=!"
            })
    void a_last_message_that_does_not_go_with_the_first_is_refused(String message)
            throws Exception {
        Exchange exchange = scram(Scram.Hash.SHA_256, "user").begin();
        String challenge = new String(challenge(exchange, "n,,n=user,r=x".getBytes(UTF_8)), UTF_8);
        String nonce = challenge.substring(2, challenge.indexOf(','));
        assertThat(exchange.next(message.replace("%s", nonce).getBytes(UTF_8)))
                .isInstanceOf(Failure.class);
    }
}
