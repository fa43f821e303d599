package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
)

// A YAML file as JSON with each scalar as it is written: what "on" means, the program says that the file is for.
func asWritten(out io.Writer, file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return err
	}
	value, err := written(document.Content[0])
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return json.NewEncoder(out).Encode(value)
}

func written(node *yaml.Node) (any, error) {
	switch node.Kind {
	case yaml.ScalarNode:
		return node.Value, nil
	case yaml.SequenceNode:
		list := []any{}
		for _, each := range node.Content {
			value, err := written(each)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i < len(node.Content); i += 2 {
			key := node.Content[i].Value
			if _, twice := object[key]; twice {
				return nil, fmt.Errorf("line %d: %s is there twice", node.Content[i].Line, key)
			}
			value, err := written(node.Content[i+1])
			if err != nil {
				return nil, err
			}
			object[key] = value
		}
		return object, nil
	}
	return nil, fmt.Errorf("line %d: neither value, list nor map", node.Line)
}
