{{/* The beginning of every object's name. */}}
{{- define "guildwright.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects a component's pods; takes (list $ component), as everything below that needs a component. */}}
{{- define "guildwright.selector" -}}
{{- $ := index . 0 -}}
app.kubernetes.io/name: {{ $.Chart.Name }}
app.kubernetes.io/instance: {{ $.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "guildwright.labels" -}}
{{- $ := index . 0 -}}
{{ include "guildwright.selector" . }}
app.kubernetes.io/part-of: guildwright
app.kubernetes.io/version: {{ $.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $.Chart.Name $.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "guildwright.metadata" -}}
{{- $ := index . 0 -}}
name: {{ include "guildwright.fullname" $ }}-{{ index . 1 }}
namespace: {{ $.Release.Namespace }}
labels: {{- include "guildwright.labels" . | nindent 2 }}
{{- end -}}

{{/* Takes (list $ image). */}}
{{- define "guildwright.image" -}}
{{- $image := index . 1 -}}
image: {{ printf "%s:%s" $image.repository ($image.tag | default (index . 0).Chart.AppVersion) | quote }}
imagePullPolicy: {{ $image.pullPolicy }}
{{- end -}}

{{/* Which parts of a trial this release runs itself: a YAML map of playground, postgres and redis to true or "". */}}
{{- define "guildwright.trial.parts" -}}
{{- $v := .Values -}}
playground: {{ and $v.trial.enabled (not (or $v.discord.token $v.discord.existingSecret)) }}
postgres: {{ and $v.trial.enabled (not (or $v.database.url $v.database.existingSecret)) }}
redis: {{ and $v.trial.enabled (not (or $v.redis.url $v.redis.existingSecret)) }}
{{- end -}}

{{- define "guildwright.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* What every pod's spec begins with; takes (list $ component token), the last whether it may talk to the API server. */}}
{{- define "guildwright.pod" -}}
{{- $ := index . 0 -}}
automountServiceAccountToken: {{ index . 2 }}
{{- if index . 2 }}
serviceAccountName: {{ include "guildwright.fullname" $ }}-{{ index . 1 }}
{{- end }}
# Variables that Kubernetes would make of Services, such as GUILDWRIGHT_REDIS_PORT, would look like settings.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with $.Values.imagePullSecrets }}
imagePullSecrets: {{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- with $.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Labels and annotations of a pod; takes (list $ component secrets), the last the parts whose Secrets it reads. */}}
{{- define "guildwright.podMetadata" -}}
{{- $ := index . 0 -}}
labels: {{- include "guildwright.selector" (list $ (index . 1)) | nindent 2 }}
annotations:
  kubectl.kubernetes.io/default-container: {{ index . 1 }}
{{- range index . 2 }}
{{- $data := include "guildwright.secretData" (list $ .) }}
{{- if $data }}
  checksum/{{ . }}: {{ $data | sha256sum }}
{{- end }}
{{- end }}
{{- with $.Values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Spreads a component's pods over nodes where it can. */}}
{{- define "guildwright.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "guildwright.selector" . | nindent 8 }}
{{- end -}}

{{/* Health of our processes. Start and life are the event loop's alone: restarting would mend neither Postgres nor Redis. */}}
{{- define "guildwright.health" -}}
ports:
  - {name: health, containerPort: 8080}
startupProbe:
  httpGet: {path: /livez, port: health}
  periodSeconds: 1
  timeoutSeconds: 5
  failureThreshold: 300
livenessProbe:
  httpGet: {path: /livez, port: health}
  periodSeconds: 10
  timeoutSeconds: 10
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: health}
  periodSeconds: 3
  timeoutSeconds: 5
  failureThreshold: 3
{{- end -}}
