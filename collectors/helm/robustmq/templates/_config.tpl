{{/* What a role's file says: (dict "root" $ "role" name "ports" {…}); what the values say wins */}}
{{- define "robustmq.config" -}}
{{- $values := .root.Values }}
{{- $at := $values.listenAddress }}
{{- $set := dict "data.directory" "/var/lib/robustmq/data" }}
{{- range $name, $port := .ports }}
{{- $_ := set $set (printf "%s.listen" $name) (printf "%s:%v" $at $port) }}
{{- end }}
{{- range $key, $file := dict "certificate" "certificateKey" "key" "keyKey" "ca" "caKey" }}
{{- $_ := set $set (printf "tls.%s-file" $key) (printf "/etc/robustmq/tls/%s" (index $values.tls $file)) }}
{{- end }}
{{- if eq .role "placement" }}
{{- $_ := set $set "placement.members" (include "robustmq.members" .root | fromYamlArray) }}
{{- else }}
{{- $_ := set $set "placement.servers" (include "robustmq.centers" .root | fromYamlArray) }}
{{- end }}
{{- if eq .role "broker" }}
{{- $broker := $values.broker }}
{{- range $name, $key := dict "mqtt" "mqtt" "mqtts" "mqtt.tls" "ws" "mqtt.ws" "wss" "mqtt.wss" "quic" "mqtt.quic" }}
{{- $listener := index $broker.listeners $name }}
{{- $_ := set $set (printf "%s.listen" $key) ($listener.enabled | ternary (printf "%s:%v" $at $listener.port) "") }}
{{- if and $listener.enabled (has $name (list "mqtts" "wss" "quic")) (not $broker.tls.secretName) }}
{{- fail (printf "broker.listeners.%s needs broker.tls.secretName" $name) }}
{{- end }}
{{- end }}
{{- with $broker.tls.secretName }}
{{- $_ := set $set "mqtt.tls.certificate" (printf "/etc/robustmq/mqtt-tls/%s" $broker.tls.certificateKey) }}
{{- $_ := set $set "mqtt.tls.key" (printf "/etc/robustmq/mqtt-tls/%s" $broker.tls.keyKey) }}
{{- end }}
{{- with $broker.users.secretName }}
{{- $_ := set $set "mqtt.password-file" (printf "/etc/robustmq/users/%s" $broker.users.passwordKey) }}
{{- with $broker.users.aclKey }}
{{- $_ := set $set "mqtt.access.acl-file" (printf "/etc/robustmq/users/%s" .) }}
{{- end }}
{{- end }}
{{- end }}
{{- $role := index $values .role }}
{{- include "robustmq.toml" (mergeOverwrite $set $values.config $role.config) }}
{{- end }}
