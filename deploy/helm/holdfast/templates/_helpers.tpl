{{- define "holdfast.labels" -}}
app.kubernetes.io/name: holdfast
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "holdfast.name" -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* Labels that select the pods of a component: dict "root" $ "component" … */}}
{{- define "holdfast.selector" -}}
app.kubernetes.io/name: holdfast
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "holdfast.image" -}}
{{ include "holdfast.imageOf" (dict "root" . "image" .Values.image) }}
{{- end }}

{{/* One of the repository's images: dict "root" $ "image" (dict "tag" … "digest" …) */}}
{{- define "holdfast.imageOf" -}}
{{- if .image.digest -}}
{{ .root.Values.image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .root.Values.image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "holdfast.organisation" -}}
{{ ternary "/etc/holdfast" "/app/specs" (not (empty .Values.specification.volume)) }}/{{ .Values.specification.organisation }}
{{- end }}

{{/* Settings in the clear, then secrets by reference. */}}
{{- define "holdfast.environment" -}}
env:
  - name: HOLDFAST_TEMPORAL_ADDRESS
    value: {{ .Values.temporal.address | quote }}
  - name: HOLDFAST_TEMPORAL_NAMESPACE
    value: {{ .Values.temporal.namespace | quote }}
  - name: HOLDFAST_ORGANISATION
    value: {{ include "holdfast.organisation" . }}
  {{- with .version }}
  - name: HOLDFAST_WORKER_BUILD_ID
    value: {{ . | quote }}
  {{- end }}
  {{- range $name, $value := .Values.settings }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
envFrom:
  {{- range .Values.secrets }}
  - secretRef: { name: {{ . }} }
  {{- end }}
{{- end }}

{{- define "holdfast.volumeMounts" -}}
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  {{- if .Values.specification.volume }}
  - { name: organisation, mountPath: {{ include "holdfast.organisation" . }}, readOnly: true }
  {{- end }}
{{- end }}

{{/* What all pods share, but for their containers: dict "root" $ "account" … */}}
{{- define "holdfast.pod" -}}
serviceAccountName: {{ .account }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
volumes:
  - name: tmp
    emptyDir: {}
  {{- with .root.Values.specification.volume }}
  - name: organisation
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "holdfast.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* Readiness is the process, not its neighbours: without Temporal a gateway still keeps what vendors bring. */}}
{{- define "holdfast.probes" -}}
startupProbe:
  httpGet: { path: /healthz, port: http }
  periodSeconds: 3
  failureThreshold: 40
livenessProbe:
  httpGet: { path: /healthz, port: http }
  periodSeconds: 15
  timeoutSeconds: 3
  failureThreshold: 4
readinessProbe:
  httpGet: { path: /healthz, port: http }
  periodSeconds: 5
  timeoutSeconds: 3
{{- end }}

{{/* dict "root" $ "name" … "component" … "scaling" … */}}
{{- define "holdfast.autoscaler" -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .name }}
  labels: {{ include "holdfast.labels" .root | nindent 4 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ .name }} }
  minReplicas: {{ .scaling.minReplicas }}
  maxReplicas: {{ .scaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: { type: Utilization, averageUtilization: {{ .scaling.targetCpuPercent }} }
    {{- with .scaling.metrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* dict "root" $ "name" … "component" … */}}
{{- define "holdfast.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name }}
  labels: {{ include "holdfast.labels" .root | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{ include "holdfast.selector" . | nindent 6 }}
{{- end }}
