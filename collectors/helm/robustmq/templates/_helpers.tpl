{{- define "robustmq.fullname" -}}
{{- $made := contains "robustmq" .Release.Name | ternary .Release.Name (printf "%s-robustmq" .Release.Name) -}}
{{- .Values.fullnameOverride | default $made | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "robustmq.selector" -}}
app.kubernetes.io/name: robustmq
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "robustmq.labels" -}}
{{ include "robustmq.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "robustmq.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "robustmq.fullname" .) "default") -}}
{{- end }}

{{- define "robustmq.imageOf" -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag }}{{- end -}}
{{- end }}

{{- define "robustmq.image" -}}
{{- $repository := required "image.repository must be said: the image is built from collectors/docker/Dockerfile" .Values.image.repository -}}
{{- include "robustmq.imageOf" (dict "repository" $repository "tag" (.Values.image.tag | default .Chart.AppVersion) "digest" .Values.image.digest) -}}
{{- end }}

{{/* The roles: the launcher's command, and what each listens on for the others */}}
{{- define "robustmq.roles" -}}
placement: {command: placement-center, ports: {grpc: 1228, http: 9090}}
journal: {command: journal-server, ports: {tcp: 3110, grpc: 2228, http: 9092}}
broker: {command: mqtt-server, ports: {cluster: 9982, http: 9091}}
{{- end }}

{{/* Where the pods of a role are found: (dict "root" $ "role" name) */}}
{{- define "robustmq.domain" -}}
{{ include "robustmq.fullname" .root }}-{{ .role }}.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain }}
{{- end }}

{{/* Each placement center's address, as a list */}}
{{- define "robustmq.centers" -}}
{{- range $i := until (int .Values.placement.replicas) }}
- {{ include "robustmq.fullname" $ }}-placement-{{ $i }}.{{ include "robustmq.domain" (dict "root" $ "role" "placement") }}:1228
{{- end }}
{{- end }}

{{- define "robustmq.members" -}}
{{- range $i, $center := include "robustmq.centers" . | fromYamlArray }}
- {{ include "robustmq.fullname" $ }}-placement-{{ $i }}={{ $center }}
{{- end }}
{{- end }}

{{/* A file of the broker's: keys with their dots, values as TOML, which JSON's are */}}
{{- define "robustmq.toml" -}}
{{- range $key := keys . | sortAlpha }}
{{ $key }} = {{ get $ $key | toJson }}
{{- end }}
{{- end }}
