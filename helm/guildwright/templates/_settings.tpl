{{/* What the processes are told: plain settings in the pod's own environment, secrets out of Secrets alone. */}}

{{/* Environment of one of our processes; takes (list $ parts store), parts of discord, database, redis. */}}
{{- define "guildwright.env" -}}
{{- $ := index . 0 -}}
{{- $env := dict "GUILDWRIGHT_LOG_FORMAT" "json" "GUILDWRIGHT_DATA" "/tmp/guildwright" -}}
{{- range $name, $value := $.Values.config -}}
{{- if kindIs "float64" $value -}}{{- $value = int64 $value -}}{{- end -}}
{{- $_ := set $env $name (kindIs "map" $value | ternary (toJson $value) (toString $value)) -}}
{{- end -}}
{{- $_ := set $env "GUILDWRIGHT_HEALTH_HOST" "0.0.0.0" -}}
{{- $_ := set $env "GUILDWRIGHT_HEALTH_PORT" "8080" -}}
{{- if (include "guildwright.trial.parts" $ | fromYaml).playground -}}
{{- $_ := set $env "GUILDWRIGHT_DISCORD_API" (printf "http://%s-playground:8420/api/v10" (include "guildwright.fullname" $)) -}}
{{- end -}}
{{- if index . 2 -}}
{{- $_ := set $env "GUILDWRIGHT_STORE" "kubernetes" -}}
{{- $_ := set $env "GUILDWRIGHT_NAMESPACE" $.Release.Namespace -}}
{{- end -}}
env:
{{- range $name, $value := $env }}
  - name: {{ $name }}
    value: {{ $value | quote }}
{{- end }}
{{- range index . 1 }}
  {{- include "guildwright.secretEnv" (list $ . "") | nindent 2 }}
{{- end }}
{{- end -}}

{{/* One variable out of a Secret; takes (list $ part secret), the last in place of the release's own, "" for that. */}}
{{- define "guildwright.secretEnv" -}}
{{- $ := index . 0 -}}
{{- $part := index . 1 -}}
{{- $values := index $.Values $part -}}
{{- $variable := dict "discord" "DISCORD_TOKEN" "database" "DATABASE_URL" "redis" "REDIS_URL" | dig $part "" -}}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ $values.existingSecret | default (index . 2) | default (printf "%s-%s" (include "guildwright.fullname" $) $part) }}
      key: {{ empty $values.existingSecret | ternary $variable $values.existingSecretKey }}
{{- end -}}

{{/* What this release's Secret for a part holds, as YAML; nothing where the user has a Secret of their own. */}}
{{- define "guildwright.secretData" -}}
{{- $ := index . 0 -}}
{{- $part := index . 1 -}}
{{- $name := include "guildwright.fullname" $ -}}
{{- $trial := include "guildwright.trial.parts" $ | fromYaml -}}
{{- if (index $.Values $part).existingSecret -}}
{{- else if and (eq $part "discord") $trial.playground -}}
DISCORD_TOKEN: {{ include "guildwright.trial.made" (list $ "token") | quote }}
{{- else if eq $part "discord" -}}
DISCORD_TOKEN: {{ $.Values.discord.token | quote }}
{{- else if and (eq $part "database") $trial.postgres -}}
DATABASE_URL: {{ printf "postgresql://postgres:%s@%s-postgres:5432/postgres" (include "guildwright.trial.made" (list $ "postgres")) $name | quote }}
{{- else if eq $part "database" -}}
DATABASE_URL: {{ $.Values.database.url | quote }}
{{- else if $trial.redis -}}
REDIS_URL: {{ printf "redis://:%s@%s-redis:6379/0" (include "guildwright.trial.made" (list $ "redis")) $name | quote }}
{{- else -}}
REDIS_URL: {{ $.Values.redis.url | quote }}
{{- end -}}
{{- end -}}

{{/* A secret that a trial makes for itself, at its first install; an upgrade finds it in the cluster. Takes (list $ name). */}}
{{- define "guildwright.trial.made" -}}
{{- $ := index . 0 -}}
{{- if not (hasKey $.Values "made") -}}
{{- /* The application's id is the first segment of a bot token. */ -}}
{{- $application := "1100000000000000001" | b64enc | trimAll "=" -}}
{{- $made := dict
      "token" (printf "%s.%s.%s" $application (randAlphaNum 6) (randAlphaNum 38))
      "postgres" (randAlphaNum 32)
      "redis" (randAlphaNum 32) -}}
{{- $secret := lookup "v1" "Secret" $.Release.Namespace (printf "%s-trial" (include "guildwright.fullname" $)) -}}
{{- range $key, $value := $secret.data -}}
{{- $_ := set $made $key (b64dec $value) -}}
{{- end -}}
{{- $_ := set $.Values "made" $made -}}
{{- end -}}
{{- index $.Values.made (index . 1) -}}
{{- end -}}

{{/* What JSON Schema cannot say well: what is missing or said twice, and how to mend it. */}}
{{- define "guildwright.check" -}}
{{- $values := .Values -}}
{{- range $part, $key := dict "discord" "token" "database" "url" "redis" "url" -}}
{{- $said := index $values $part -}}
{{- if and (index $said $key) $said.existingSecret -}}
{{- fail (printf "%s: set either %s.%s or %s.existingSecret, not both" $part $part $key $part) -}}
{{- end -}}
{{- if not (or (index $said $key) $said.existingSecret $values.trial.enabled) -}}
{{- fail (printf "%s.%s is missing: set %s.existingSecret to the name of a Secret with the key %s, or %s.%s itself, or trial.enabled=true to try Guildwright without" $part $key $part $said.existingSecretKey $part $key) -}}
{{- end -}}
{{- end -}}
{{- /* Not by the schema, whose refusals repeat the value. */ -}}
{{- if not (regexMatch "^(postgres(ql)?://.+)?$" ($values.database.url | default "")) -}}
{{- fail "database.url must start with postgresql:// or postgres://" -}}
{{- end -}}
{{- if not (regexMatch "^(rediss?://.+)?$" ($values.redis.url | default "")) -}}
{{- fail "redis.url must start with redis:// or rediss://" -}}
{{- end -}}
{{- /* Each of these would be written twice, or not at all. */ -}}
{{- range $key, $_ := $values.podAnnotations -}}
{{- if or (eq $key "kubectl.kubernetes.io/default-container") (hasPrefix "checksum/" $key) -}}
{{- fail (printf "podAnnotations: %s is set by the chart itself; leave it out" $key) -}}
{{- end -}}
{{- end -}}
{{- if and (hasKey $values.config "GUILDWRIGHT_DISCORD_API") (include "guildwright.trial.parts" . | fromYaml).playground -}}
{{- fail "config.GUILDWRIGHT_DISCORD_API: this trial talks to its own playground; leave it out, or set discord.token or discord.existingSecret to talk to another Discord" -}}
{{- end -}}
{{- /* Services' names are narrower than a release's. */ -}}
{{- $name := include "guildwright.fullname" . -}}
{{- if not (regexMatch "^[a-z][-a-z0-9]*$" $name) -}}
{{- fail (printf "every object's name would begin with %q, which must be a letter a-z, then only a-z, 0-9 and -: set fullnameOverride to such a name, or choose another for the release" $name) -}}
{{- end -}}
{{- $token := $values.discord.token -}}
{{- if and $token (or (lt (len $token) 20) (gt (len $token) 200) (regexMatch "\\s" $token)) -}}
{{- fail "discord.token must be the bare token from the developer portal: 20 to 200 characters, no spaces and no 'Bot ' before it" -}}
{{- end -}}
{{- end -}}
