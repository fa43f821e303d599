package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// Stands for the exporter of that name, which the registries do not have: takes what the shipped configuration says
// to it, and nothing else, and does with it what that exporter's page says. The body of a record is the document.
type elasticsearchConfig struct {
	Endpoint  string `mapstructure:"endpoint"`
	Index     string `mapstructure:"logs_index"`
	DynamicID struct {
		Enabled bool `mapstructure:"enabled"`
	} `mapstructure:"logs_dynamic_id"`
	Mapping struct {
		Mode string `mapstructure:"mode"`
	} `mapstructure:"mapping"`
	Queue configoptional.Optional[exporterhelper.QueueBatchConfig] `mapstructure:"sending_queue"`
}

func (c *elasticsearchConfig) Validate() error {
	if c.Endpoint == "" || c.Index == "" || c.Mapping.Mode != "bodymap" {
		return errors.New("this one needs endpoint, logs_index, and mapping: { mode: bodymap }")
	}
	return nil
}

func elasticsearchFactory() exporter.Factory {
	return exporter.NewFactory(
		component.MustNewType("elasticsearch"),
		func() component.Config {
			return &elasticsearchConfig{Queue: configoptional.Some(exporterhelper.NewDefaultQueueConfig())}
		},
		exporter.WithLogs(func(
			ctx context.Context, settings exporter.Settings, config component.Config,
		) (exporter.Logs, error) {
			c := config.(*elasticsearchConfig)
			client := &http.Client{Timeout: 30 * time.Second}
			push := func(ctx context.Context, logs plog.Logs) error { return c.bulk(ctx, client, logs) }
			return exporterhelper.NewLogs(ctx, settings, config, push,
				exporterhelper.WithRetry(configretry.NewDefaultBackOffConfig()), exporterhelper.WithQueue(c.Queue))
		}, component.StabilityLevelDevelopment))
}

func (c *elasticsearchConfig) bulk(ctx context.Context, client *http.Client, logs plog.Logs) error {
	var body bytes.Buffer
	for _, resource := range logs.ResourceLogs().All() {
		for _, scope := range resource.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				if err := c.document(&body, record); err != nil {
					return consumererror.NewPermanent(err)
				}
			}
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Endpoint+"/_bulk", &body)
	if err != nil {
		return consumererror.NewPermanent(err)
	}
	request.Header.Set("Content-Type", "application/x-ndjson")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", response.Status, answer)
	}
	return refused(answer)
}

func (c *elasticsearchConfig) document(to *bytes.Buffer, record plog.LogRecord) error {
	if record.Body().Type() != pcommon.ValueTypeMap {
		return fmt.Errorf("the body is no map but %s", record.Body().Type())
	}
	action := map[string]any{"_index": c.Index}
	if id, ok := record.Attributes().Get("elasticsearch.document_id"); ok && c.DynamicID.Enabled {
		action["_id"] = id.AsString()
	}
	lines := json.NewEncoder(to)
	if err := lines.Encode(map[string]any{"create": action}); err != nil {
		return err
	}
	return lines.Encode(record.Body().Map().AsRaw())
}

// A document that is there already was sent before; any other that is refused fails for good.
func refused(answer []byte) error {
	var bulk struct {
		Items []map[string]struct {
			Status int
			Error  json.RawMessage
		}
	}
	if err := json.Unmarshal(answer, &bulk); err != nil {
		return err
	}
	for _, item := range bulk.Items {
		for _, done := range item {
			if done.Status >= 300 && done.Status != http.StatusConflict {
				return consumererror.NewPermanent(fmt.Errorf("%d: %s", done.Status, done.Error))
			}
		}
	}
	return nil
}
