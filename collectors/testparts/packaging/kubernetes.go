package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
)

// Strict: a field that the type does not have, or that is there twice, is an error.
func kubernetes(out io.Writer, files []string) error {
	types := runtime.NewScheme()
	if err := errors.Join(scheme.AddToScheme(types), v1.AddToScheme(types)); err != nil {
		return err
	}
	decoder := serializer.NewCodecFactory(types, serializer.EnableStrict).UniversalDeserializer()
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
		for number := 1; ; number++ {
			document, err := documents.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil {
				err = object(out, decoder, document)
			}
			if err != nil {
				return fmt.Errorf("%s, document %d: %w", file, number, err)
			}
		}
	}
	return nil
}

func object(out io.Writer, decoder runtime.Decoder, document []byte) error {
	asJSON, err := yaml.ToJSON(document)
	if err != nil || string(asJSON) == "null" {
		return err
	}
	decoded, kind, err := decoder.Decode(document, nil, nil)
	if err != nil {
		return err
	}
	about, err := meta.Accessor(decoded)
	if err != nil {
		return err
	}
	for _, wrong := range validation.IsDNS1123Subdomain(about.GetName()) {
		return fmt.Errorf("%s %q: %s", kind.Kind, about.GetName(), wrong)
	}
	for key, value := range about.GetLabels() {
		if wrong := append(validation.IsQualifiedName(key), validation.IsValidLabelValue(value)...); len(wrong) > 0 {
			return fmt.Errorf("%s %s: label %s=%q: %s", kind.Kind, about.GetName(), key, value, wrong[0])
		}
	}
	// as it was decoded, so that a reader sees what Kubernetes would
	return json.NewEncoder(out).Encode(decoded)
}
