{{/* The files of collectors/fluent-bit with what the values say below env, and one that includes them */}}
{{- define "robustmq.fluentBit.files" -}}
{{- $values := .Values.fluentBit }}
{{- $names := list "kubernetes.yaml" }}
{{- range $values.outputs }}
{{- $names = append $names (printf "out-%s.yaml" .) }}
{{- end }}
{{- $files := dict }}
{{- range concat $names (list "parsers.conf" "robustmq.lua") }}
{{- $_ := set $files . ($.Files.Get (printf "files/fluent-bit/%s" .)) }}
{{- end }}
{{- range $key, $value := $values.env }}
{{- $pattern := printf "(?m)^  %s: .*$" $key }}
{{- $found := list }}
{{- range $names }}
{{- if regexMatch $pattern (get $files .) }}
{{- $found = append $found . }}
{{- $_ := set $files . (regexReplaceAllLiteral $pattern (get $files .) (printf "  %s: %s" $key ($value | toJson))) }}
{{- end }}
{{- end }}
{{- if not $found }}
{{- fail (printf "fluentBit.env.%s: no such variable in %s" $key (join ", " $names)) }}
{{- end }}
{{- end }}
{{- $_ := set $files "main.yaml" (dict "includes" $names | toYaml) }}
{{- mergeOverwrite $files $values.files | toYaml }}
{{- end }}
