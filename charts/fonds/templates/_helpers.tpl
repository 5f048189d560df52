{{- define "fonds.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "fonds.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "fonds.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "fonds.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that are chosen by; given (list $ COMPONENT). */}}
{{- define "fonds.selector" -}}
{{- $top := index . 0 -}}
app.kubernetes.io/name: {{ include "fonds.name" $top }}
app.kubernetes.io/instance: {{ $top.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "fonds.labels" -}}
{{- $top := index . 0 -}}
{{ include "fonds.selector" . }}
app.kubernetes.io/version: {{ $top.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $top.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $top.Chart.Name $top.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "fonds.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "fonds.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "fonds.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{- define "fonds.claim" -}}
{{ .Values.storage.shared.existingClaim | default (printf "%s-shared" (include "fonds.fullname" .)) }}
{{- end -}}

{{/* The most pods that there may be of gateway and worker together. */}}
{{- define "fonds.pods" -}}
{{- $pods := int .Values.gateway.replicas -}}
{{- if .Values.gateway.autoscaling.enabled }}{{ $pods = int .Values.gateway.autoscaling.maxReplicas }}{{ end -}}
{{- if not .Values.worker.inGateway -}}
{{- $workers := int .Values.worker.replicas -}}
{{- if .Values.worker.autoscaling.enabled }}{{ $workers = int .Values.worker.autoscaling.maxReplicas }}{{ end -}}
{{- $pods = add $pods $workers -}}
{{- end -}}
{{ $pods }}
{{- end -}}

{{/* What the worker alone is given, by setting: whoever takes over a gateway signs no audit log and sends no letters. */}}
{{- define "fonds.workerSecrets" -}}
{{- with .Values.secrets -}}
{{- dict "database.worker_url" .workerDatabase "audit.key" .auditKey "audit.other_key" .otherAuditKey "mail.password" .mailPassword | toYaml -}}
{{- end -}}
{{- end -}}

{{/* What the schema of the values cannot say. */}}
{{- define "fonds.check" -}}
{{- $pods := include "fonds.pods" . | int -}}
{{- $shared := .Values.storage.shared -}}
{{- if and (gt $pods 1) (ne $shared.accessMode "ReadWriteMany") -}}
{{- fail (printf "%d pods share the uploads: storage.shared.accessMode has to be ReadWriteMany (an existing claim, too), or one pod does everything: worker.inGateway=true, gateway.replicas=1, no autoscaling" $pods) -}}
{{- end -}}
{{- range .Values.secrets.more -}}
{{- if has .setting (list "audit.key_file" "audit.other_key_file" "mail.password_file") -}}
{{- fail (printf "secrets.more reaches gateways too, and %s is the worker's alone: say secrets.auditKey, secrets.otherAuditKey or secrets.mailPassword" .setting) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.worker.inGateway (or (gt (int .Values.gateway.replicas) 1) .Values.gateway.autoscaling.enabled) -}}
{{- fail "worker.inGateway is for one pod: gateway.replicas=1 and no autoscaling, or a worker of its own" -}}
{{- end -}}
{{- if and .Values.storage.s3.copy.enabled .Values.storage.copy.existingClaim -}}
{{- fail "there is one second copy: storage.copy.existingClaim or storage.s3.copy" -}}
{{- end -}}
{{- range $name, $values := dict "gateway" .Values.gateway "worker" .Values.worker -}}
{{- with $values.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- fail (printf "%s.autoscaling: minReplicas is above maxReplicas" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $section, $keys := .Values.settings -}}
{{- if kindIs "map" $keys -}}
{{- include "fonds.noSecret" (dict "path" $section "tree" $keys) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A ConfigMap is no place for secrets. */}}
{{- define "fonds.noSecret" -}}
{{- $path := .path -}}
{{- range $key, $value := .tree -}}
{{- $full := printf "%s.%s" $path $key -}}
{{- if kindIs "map" $value -}}
{{- include "fonds.noSecret" (dict "path" $full "tree" $value) -}}
{{- else if and (kindIs "string" $value) (or (regexMatch "^(secret|password|token|url|worker_url|admin_url|signing_key|link_key|webhook_key|other_webhook_key)$" $key) (regexMatch "^[a-z+]+://[^/@]*:[^/@]*@" $value)) -}}
{{- fail (printf "settings.%s would put a secret into a ConfigMap: name a secret in `secrets` instead" $full) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The settings: what the chart knows, then what the values say. */}}
{{- define "fonds.settings" -}}
{{- $http := dict "listen" "0.0.0.0:8080" "metrics_listen" "0.0.0.0:9090" -}}
{{- if .Values.ingress.enabled -}}
{{- $_ := set $http "behind_proxy" true -}}
{{- $_ := set $http "origins" (list (printf "https://%s" .Values.ingress.host)) -}}
{{- end -}}
{{- $blobs := dict "folder" "/var/lib/fonds" -}}
{{- with .Values.storage.s3 -}}
{{- if .enabled }}{{ $_ := set $blobs "main" (include "fonds.bucket" (list . "main") | fromJson) }}{{ end -}}
{{- if .copy.enabled }}{{ $_ := set $blobs "copy" (include "fonds.bucket" (list .copy "copy") | fromJson) }}{{ end -}}
{{- end -}}
{{- if .Values.storage.copy.existingClaim -}}
{{- $_ := set $blobs "copy" (dict "kind" "folder" "path" "/var/lib/fonds-copy") -}}
{{- end -}}
{{- $own := dict "http" $http "blobs" $blobs -}}
{{- toJson (mergeOverwrite $own (deepCopy .Values.settings)) -}}
{{- end -}}

{{- define "fonds.bucket" -}}
{{- $s3 := index . 0 -}}
{{- $place := dict "kind" "s3" "region" $s3.region "bucket" $s3.bucket "path_style" $s3.pathStyle "allow_http" $s3.allowHttp -}}
{{- if $s3.endpoint }}{{ $_ := set $place "endpoint" $s3.endpoint }}{{ end -}}
{{- $_ := set $place "secret_file" (printf "/run/secrets/fonds/s3-%s" (index . 1)) -}}
{{- toJson $place -}}
{{- end -}}

{{/* A tree as TOML: own, because numbers come as floats, which the program refuses where it wants whole ones. */}}
{{- define "fonds.toml" -}}
{{- $path := .path -}}
{{- $tree := .tree -}}
{{- range $key, $value := $tree -}}
{{- if and (not (kindIs "map" $value)) (not (kindIs "invalid" $value)) }}
{{ $key }} = {{ include "fonds.tomlValue" $value }}
{{- end -}}
{{- end -}}
{{- range $key, $value := $tree -}}
{{- if kindIs "map" $value }}
{{- $full := ternary $key (printf "%s.%s" $path $key) (eq $path "") }}

[{{ $full }}]
{{- include "fonds.toml" (dict "path" $full "tree" $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "fonds.tomlValue" -}}
{{- if kindIs "slice" . -}}
[{{ range $n, $one := . }}{{ if $n }}, {{ end }}{{ include "fonds.tomlValue" $one }}{{ end }}]
{{- else if kindIs "map" . -}}
{ {{- $first := true }}{{ range $key, $value := . }}{{ if not $first }},{{ end }} {{ $key }} = {{ include "fonds.tomlValue" $value }}{{ $first = false }}{{ end }} }
{{- else if kindIs "float64" . -}}
{{- if eq . (floor .) }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- else if kindIs "string" . -}}
{{ toRawJson . }}
{{- else -}}
{{ . }}
{{- end -}}
{{- end -}}

{{/* Name of a setting's variable: http.listen → FONDS_HTTP__LISTEN. */}}
{{- define "fonds.variable" -}}
FONDS_{{ . | upper | replace "." "__" }}
{{- end -}}

{{/* One file out of a secret; given (list SECRET FILE). */}}
{{- define "fonds.secretFile" -}}
{{- $secret := index . 0 -}}
- secret:
    name: {{ $secret.name | quote }}
    items:
      - {key: {{ $secret.key | quote }}, path: {{ index . 1 | quote }}}
{{- end -}}
