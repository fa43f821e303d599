package io.robustmq.telemetry.event;

/** The event pipeline about itself. */
public sealed interface PipelineEvent extends Event {

    @EventType(
            name = "pipeline.started",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "Events flow to the sinks that are switched on.",
            action = "Nothing.")
    record Started(
            @Doc("Sinks that are on, separated by commas") String sinks,
            @Doc("Events the queue holds") int queueCapacity)
            implements PipelineEvent {}

    @EventType(
            name = "pipeline.stopping",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "The node stops; the sinks write what they hold.",
            action = "Nothing.")
    record Stopping(
            @Doc("Events emitted since the start") long emitted,
            @Doc("Events dropped since the start, all sinks") long dropped)
            implements PipelineEvent {}

    @EventType(
            name = "pipeline.sink_failed",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause = "A sink could not hand events on, and tries again.",
            action =
                    "Bring back what the sink sends to, or correct its address; the broker works on meanwhile.")
    record SinkFailed(
            @Doc("The sink") String sink,
            @Doc("Where it sends to") String endpoint,
            Failure failure,
            @Doc("Failures in a row") int attempts)
            implements PipelineEvent {
        @Override
        public String throttleKey() {
            return sink;
        }
    }

    @EventType(
            name = "pipeline.sink_recovered",
            severity = Severity.INFO,
            volume = Volume.FAULT,
            cause = "A sink that had failed hands events on again.",
            action =
                    "Nothing. dropped says how many events it will never hand on; waiting ones it catches up with.")
    record SinkRecovered(
            @Doc("The sink") String sink,
            @Doc("Where it sends to") String endpoint,
            @Doc(value = "Time it could not", unit = "ms") long outageMillis,
            @Doc("Events dropped meanwhile") long dropped)
            implements PipelineEvent {
        @Override
        public String throttleKey() {
            return sink;
        }
    }

    @EventType(
            name = "pipeline.events_lost",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "Events were gone from the store before a sink had handed them on: there were more than events.max-size holds while it could not, or the disk lost them.",
            action =
                    "Bring back what the sink sends to (pipeline.sink_failed), raise events.max-size; journal.* events tell of a disk that loses data.")
    record EventsLost(
            @Doc("The sink that will not hand them on") String sink,
            @Doc("How many") long lost,
            @Doc("They are at or behind this number") long fromSeq,
            @Doc("And before this one") long toSeq)
            implements PipelineEvent {
        @Override
        public String throttleKey() {
            return sink;
        }
    }

    @EventType(
            name = "pipeline.events_dropped",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "Events came faster than they could be stored, or the store took none, and no more could be held in memory.",
            action =
                    "If journal.failed tells of the disk of events.directory, mend that; otherwise find what emits so much, or raise events.burst-size.")
    record EventsDropped(
            @Doc("emit: the queue before the store was full; store: it took none") String sink,
            @Doc("Dropped since the last such event") long dropped,
            @Doc("Events the queue holds") int queueCapacity)
            implements PipelineEvent {
        @Override
        public String throttleKey() {
            return sink;
        }
    }

    @EventType(
            name = "pipeline.events_suppressed",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "Events were over the rate of their type and key, and none came after them whose suppressed could have told of them.",
            action =
                    "Nothing; events.per-key-per-second is the rate. They happened, and are in robustmq_log_events_total.")
    record EventsSuppressed(
            @Doc("The name of the events") String suppressedEvent,
            @Doc(
                            value =
                                    "What they have in common; empty if all of that name do, or for keys beyond the bound",
                            sensitivity = Sensitivity.IDENTITY)
                    String suppressedKey,
            @Doc("How many were not written and not told of before") long leftOut)
            implements PipelineEvent {}

    @EventType(
            name = "pipeline.spans_dropped",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "Spans could not be exported and were dropped.",
            action =
                    "Bring back the tracing back end, or lower tracing.ratio. tracing.lossless keeps spans on disk while it is away, as many as tracing.lossless-max-size holds.")
    record SpansDropped(
            @Doc("Dropped since the last such event") long dropped,
            @Doc("Where they go") String endpoint)
            implements PipelineEvent {}

    @EventType(
            name = "pipeline.series_overflowed",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "A metric has more label sets than metrics.max-series: those seen first keep their series, all others are one with overflow in each label.",
            action =
                    "Find what the label is made of, and make it of fewer values; raise metrics.max-series if Prometheus can bear it. robustmq_metrics_overflow_series says how many are too many.")
    record SeriesOverflowed(
            @Doc("The metric") String metric, @Doc("Label sets it may have") int maxSeries)
            implements PipelineEvent {
        @Override
        public String throttleKey() {
            return metric;
        }
    }

    @EventType(
            name = "pipeline.sampling_unreadable",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause =
                    "What the cluster agreed on about sampling is not as this node reads it: it was written by hand, or by another version. What held before goes on.",
            action =
                    "Have the nodes be of one version, or take it back with robustmq sampling reset and set it again.")
    record SamplingUnreadable(
            @Doc("What is wrong with it") String detail,
            @Doc("Revision of placement's state that it came with") long revision,
            @Doc("The node that was asked for it") String askedNode)
            implements PipelineEvent {}

    @EventType(
            name = "pipeline.file_rolled",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A day or the size limit passed and a new log file was begun.",
            action = "Nothing.")
    record FileRolled(
            @Doc("The file that was finished") String file,
            @Doc(value = "Its size", unit = "By") long sizeBytes)
            implements PipelineEvent {}

    @EventType(
            name = "pipeline.follower_dropped",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "Somebody who followed the events by HTTP did not read, and the connection was closed.",
            action =
                    "Nothing; robustmq events --follow goes on where it was. Ask for fewer events if it repeats.")
    record FollowerDropped(
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("Sequence number of the event it would have got next") long nextSeq,
            @Doc(value = "Time it read nothing", unit = "ms") long waitedMillis)
            implements PipelineEvent {
        @Override
        public String throttleKey() {
            return remoteAddr;
        }
    }
}
