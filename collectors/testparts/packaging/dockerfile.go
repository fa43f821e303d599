package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// What a container is told of the image; the paths are those in the image.
type lastStage struct {
	From        string              `json:"from"`
	Copies      map[string][]string `json:"copies"`
	Env         map[string]string   `json:"env"`
	User        string              `json:"user"`
	WorkingDir  string              `json:"workingDir"`
	Entrypoint  []string            `json:"entrypoint"`
	Command     []string            `json:"command"`
	Healthcheck []string            `json:"healthcheck"`
	Volumes     []string            `json:"volumes"`
	Ports       []string            `json:"ports"`
	StopSignal  string              `json:"stopSignal"`
}

func dockerfile(out io.Writer, file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return err
	}
	var complaints []error
	lint := linter.New(&linter.Config{
		Warn: func(rule, description, url, message string, location []parser.Range) {
			complaints = append(complaints, fmt.Errorf("%s: %s", rule, message))
		},
	})
	for _, warning := range parsed.Warnings {
		complaints = append(complaints, errors.New(warning.Short))
	}
	stages, _, err := instructions.Parse(parsed.AST, lint)
	if err != nil {
		return err
	}
	if err := errors.Join(complaints...); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(told(stages[len(stages)-1]))
}

func told(stage instructions.Stage) lastStage {
	last := lastStage{From: stage.BaseName, Copies: map[string][]string{}, Env: map[string]string{}}
	for _, command := range stage.Commands {
		switch it := command.(type) {
		case *instructions.CopyCommand:
			last.Copies[it.DestPath] = append(last.Copies[it.DestPath], it.SourcePaths...)
		case *instructions.EnvCommand:
			for _, variable := range it.Env {
				last.Env[variable.Key] = variable.Value
			}
		case *instructions.UserCommand:
			last.User = it.User
		case *instructions.WorkdirCommand:
			last.WorkingDir = it.Path
		case *instructions.EntrypointCommand:
			last.Entrypoint = it.CmdLine
		case *instructions.CmdCommand:
			last.Command = it.CmdLine
		case *instructions.HealthCheckCommand:
			last.Healthcheck = it.Health.Test
		case *instructions.VolumeCommand:
			last.Volumes = append(last.Volumes, it.Volumes...)
		case *instructions.ExposeCommand:
			last.Ports = append(last.Ports, it.Ports...)
		case *instructions.StopSignalCommand:
			last.StopSignal = it.Signal
		}
	}
	return last
}
