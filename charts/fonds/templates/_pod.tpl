{{/*
The pod of a component; given (dict "top" $ "component" NAME "values" VALUES "args" [] "urls" {SETTING: SECRET}). Gateway and
worker are the same image with the same settings; they differ in what they are told to do and in whose name they sign in.
*/}}
{{- define "fonds.pod" -}}
{{- $top := .top -}}
{{- $values := .values -}}
{{- $labels := list $top .component -}}
metadata:
  labels:
    {{- include "fonds.labels" $labels | nindent 4 }}
    {{- with $values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    # A change of the settings is a new pod.
    checksum/settings: {{ include "fonds.settings" $top | sha256sum }}
    {{- with $values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "fonds.serviceAccount" $top }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  # The program takes 25 seconds at the most, and waits for the service to forget it before.
  terminationGracePeriodSeconds: {{ add 35 (int .preStop) }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with $top.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- toYaml $top.Values.podSecurityContext | nindent 4 }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $values.topologySpread.enabled }}
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - topologyKey: {{ . }}
      maxSkew: 1
      whenUnsatisfiable: {{ $values.topologySpread.whenUnsatisfiable }}
      matchLabelKeys: [pod-template-hash]
      labelSelector:
        matchLabels:
          {{- include "fonds.selector" $labels | nindent 10 }}
    {{- end }}
  {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "fonds.image" $top | quote }}
      imagePullPolicy: {{ $top.Values.image.pullPolicy }}
      args: {{ toJson .args }}
      env:
        {{- range $setting, $secret := .urls }}
        {{- if $secret.name }}
        - name: {{ include "fonds.variable" $setting }}_FILE
          value: /run/secrets/fonds/{{ $setting }}
        {{- end }}
        {{- end }}
        {{- range $top.Values.secrets.more }}
        - name: {{ include "fonds.variable" .setting }}
          value: /run/secrets/fonds/{{ .file }}
        {{- end }}
        {{- with $top.Values.storage.s3 }}
        {{- range $place, $bucket := dict "main" (ternary . dict .enabled) "copy" (ternary .copy dict .copy.enabled) }}
        {{- if $bucket }}
        - name: FONDS_BLOBS__{{ upper $place }}__KEY_ID
          valueFrom:
            secretKeyRef:
              name: {{ $bucket.secret.name | quote }}
              key: {{ $bucket.secret.idKey | quote }}
        {{- end }}
        {{- end }}
        {{- end }}
        {{- with $values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        {{- if eq .component "gateway" }}
        - {name: http, containerPort: 8080}
        {{- end }}
        - {name: metrics, containerPort: 9090}
      # It starts within seconds; while PostgreSQL is away it is started again and again.
      startupProbe:
        httpGet: {path: /healthz, port: {{ .port }}}
        periodSeconds: 2
        failureThreshold: 60
      # The process answers. It asks nobody else: a database that is away is no reason to start a process again.
      livenessProbe:
        httpGet: {path: /healthz, port: {{ .port }}}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      # Database, migrations, policy; each check gives up after two seconds.
      readinessProbe:
        httpGet: {path: /readyz, port: {{ .port }}}
        periodSeconds: 5
        timeoutSeconds: 4
        failureThreshold: 2
      {{- if .preStop }}
      lifecycle:
        preStop:
          sleep: {seconds: {{ .preStop }}}
      {{- end }}
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      securityContext:
        {{- toYaml $top.Values.containerSecurityContext | nindent 8 }}
      volumeMounts:
        - {name: settings, mountPath: /etc/fonds, readOnly: true}
        - {name: secrets, mountPath: /run/secrets/fonds, readOnly: true}
        - {name: shared, mountPath: /var/lib/fonds}
        {{- if $top.Values.storage.copy.existingClaim }}
        - {name: copy, mountPath: /var/lib/fonds-copy}
        {{- end }}
        - {name: scratch, mountPath: /tmp}
        {{- with $values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with $values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: settings
      configMap: {name: {{ include "fonds.fullname" $top }}}
    - name: secrets
      projected:
        defaultMode: 0440
        sources:
          {{- range $setting, $secret := .urls }}
          {{- if $secret.name }}
          {{- include "fonds.secretFile" (list $secret $setting) | nindent 10 }}
          {{- end }}
          {{- end }}
          {{- range $top.Values.secrets.more }}
          {{- include "fonds.secretFile" (list . .file) | nindent 10 }}
          {{- end }}
          {{- with $top.Values.storage.s3 }}
          {{- if .enabled }}
          {{- include "fonds.secretFile" (list (dict "name" .secret.name "key" .secret.secretKey) "s3-main") | nindent 10 }}
          {{- end }}
          {{- if .copy.enabled }}
          {{- include "fonds.secretFile" (list (dict "name" .copy.secret.name "key" .copy.secret.secretKey) "s3-copy") | nindent 10 }}
          {{- end }}
          {{- end }}
    - name: shared
      persistentVolumeClaim: {claimName: {{ include "fonds.claim" $top }}}
    {{- with $top.Values.storage.copy.existingClaim }}
    - name: copy
      persistentVolumeClaim: {claimName: {{ . }}}
    {{- end }}
    - name: scratch
      emptyDir: {sizeLimit: {{ $top.Values.storage.scratch.size }}}
    {{- with $values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* A deployment, its disruption budget and its scaler; given the same. */}}
{{- define "fonds.deployment" -}}
{{- $top := .top -}}
{{- $values := .values -}}
{{- $labels := list $top .component -}}
{{- $name := printf "%s-%s" (include "fonds.fullname" $top) .component -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- include "fonds.labels" $labels | nindent 4 }}
spec:
  {{- if not $values.autoscaling.enabled }}
  replicas: {{ int $values.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    {{- if eq $top.Values.storage.shared.accessMode "ReadWriteMany" }}
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
    {{- else }}
    # The volume goes from one pod to the next.
    type: Recreate
    {{- end }}
  selector:
    matchLabels:
      {{- include "fonds.selector" $labels | nindent 6 }}
  template:
    {{- include "fonds.pod" . | nindent 4 }}
{{- if $values.disruption.enabled }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  labels:
    {{- include "fonds.labels" $labels | nindent 4 }}
spec:
  maxUnavailable: {{ $values.disruption.maxUnavailable }}
  # What does not get ready holds up nobody.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "fonds.selector" $labels | nindent 6 }}
{{- end }}
{{- with $values.autoscaling }}
{{- if .enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $name }}
  labels:
    {{- include "fonds.labels" $labels | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ $name }}}
  minReplicas: {{ int .minReplicas }}
  maxReplicas: {{ int .maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ int .cpu }}}
    {{- with .metrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  behavior:
    # Uploads under way are cut where a pod goes: it goes late.
    scaleDown: {stabilizationWindowSeconds: 600}
{{- end }}
{{- end }}
{{- end -}}
