package io.robustmq.server;

import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.Service;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** A journal server alone in its process. */
final class JournalServer implements RoleProcess {
    private final Readiness readiness = new Readiness(Role.JOURNAL_SERVER);
    private final NodeFrame frame;

    JournalServer(
            ConfigOutcome.Loaded<JournalServerConfig> loaded,
            NodeIdentity identity,
            InstantSource clock) {
        this.frame = new NodeFrame(loaded, identity, clock, Service.JOURNAL_SERVER, readiness);
    }

    @Override
    public synchronized void open() throws StartFailure {
        try {
            openAll();
        } catch (StartFailure failure) {
            frame.tellFailure(failure.exitCode(), failure);
            close();
            throw failure;
        } catch (RuntimeException | Error defect) {
            frame.tellFailure(ExitCode.DEFECT, defect);
            close();
            throw defect;
        }
    }

    private void openAll() throws StartFailure {
        Pipeline to = frame.open();
        frame.openHttp(to);
        Events events = to.events(Service.JOURNAL_SERVER);
        long begun = System.nanoTime();
        events.emit(new PlacementEvent.RoleStarting(Role.JOURNAL_SERVER.command()));
        readiness.ready(Role.JOURNAL_SERVER);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        events.emit(new PlacementEvent.RoleReady(Role.JOURNAL_SERVER.command(), millis));
        frame.tellReady(to);
    }

    @Override
    public synchronized String announcement() {
        HttpEndpoint endpoint = frame.http();
        if (endpoint == null) {
            return "";
        }
        StringBuilder text = frame.announcement();
        frame.announceRest(text, endpoint);
        return text.toString();
    }

    @Override
    public synchronized void close() {
        frame.close();
    }
}
