"""Lints the chart, renders it with several sets of values, and judges what comes out: by the schemas of three versions of
Kubernetes, by the schema of the program's own settings, and by what every pod has to be. Sets that must fail have to fail, for
the reason that is named for them."""

import copy
import json
import sys
import tomllib
from pathlib import Path

import helm_python as helm
import jsonschema
import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "fonds"
# The oldest that the chart is for, one in between, the newest that is known.
VERSIONS = ["1.30", "1.34", "1.37"]
# Kinds of others, which no schema of Kubernetes knows.
FOREIGN = {"ServiceMonitor"}

# Seconds that the program may take to stop (crates/fonds/src/running.rs, command/serve.rs).
DRAIN = 25

GOOD = sorted((CHART / "ci").glob("*.yaml"))


def change(name, **paths):
    """A good set with some values changed; `a__b` is a.b, None takes away."""
    values = copy.deepcopy(yaml.safe_load((CHART / "ci" / f"{name}.yaml").read_text()))
    for path, value in paths.items():
        *way, last = path.split("__")
        place = values
        for step in way:
            place = place.setdefault(step, {})
        if value is None:
            place.pop(last)
        else:
            place[last] = value
    return values


# What must not render, and a word that the refusal must hold.
BAD = [
    ("no values at all", {}, "secrets"),
    ("no database", change("minimal", secrets__database=None), "database"),
    ("a migration without its address", change("minimal", secrets__adminDatabase=None), "adminDatabase"),
    ("several pods on a volume of one", change("shared", storage__shared__accessMode="ReadWriteOnce"), "ReadWriteMany"),
    ("several gateways in one", change("minimal", gateway__replicas=2, storage__shared__accessMode="ReadWriteMany"), "inGateway"),
    ("a scaler for one pod", change("minimal", gateway__autoscaling={"enabled": True}), "worker.inGateway"),
    ("a bucket without a name", change("s3", storage__s3__bucket=""), "bucket"),
    ("a bucket without keys", change("s3", storage__s3__secret__name=""), "secret"),
    ("S3 without TLS", change("s3", storage__s3__endpoint="http://s3.example.cn"), "endpoint"),
    ("two second copies", change("s3", storage__copy={"existingClaim": "x"}), "second copy"),
    ("a password among the settings", change("minimal", settings={"database": {"url": "postgres://a:b@c/d"}}), "database.url"),
    ("a password in an address", change("minimal", settings={"x": {"y": {"z": "redis://:p@h"}}}), "x.y.z"),
    ("a key that nobody knows", change("minimal", gatway={"replicas": 1}), "gatway"),
    ("a pod as root", change("minimal", podSecurityContext={"runAsNonRoot": False}), "runAsNonRoot"),
    ("a root that can be written", change("minimal", containerSecurityContext={"readOnlyRootFilesystem": False}), "readOnlyRootFilesystem"),
    ("an ingress without a name", change("everything", ingress__host=""), "host"),
    ("an ingress without TLS", change("everything", ingress__tlsSecret=""), "tlsSecret"),
    ("a scaler upside down", change("everything", worker__autoscaling={"enabled": True, "minReplicas": 9}), "minReplicas"),
    ("a key of the audit log for gateways", change("minimal", secrets__more=[
        {"name": "x", "key": "y", "file": "z", "setting": "audit.key_file"}]), "secrets.auditKey"),
    ("no pods", change("shared", gateway={"replicas": 0}), "replicas"),
]


class Fault(Exception):
    """Something that must not be."""


def demand(holds, what):
    if not holds:
        raise Fault(what)


def documents(chart, values):
    """Everything that is rendered, as trees; notes aside."""
    texts = chart.render(values, name="fonds", namespace="archives", is_install=True)
    for path, text in sorted(texts.items()):
        if path.endswith((".yaml", ".yml")):
            yield from (one for one in yaml.safe_load_all(text) if one)


def pods(docs):
    for doc in docs:
        if doc["kind"] in ("Deployment", "Job"):
            yield doc["metadata"]["name"], doc["spec"]["template"]


def harmless(name, pod):
    """What every pod of ours has to be, whatever the values."""
    spec = pod["spec"]
    demand(spec["automountServiceAccountToken"] is False, f"{name} gets a token")
    demand(spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["runAsUser"] > 0, f"{name} runs as root")
    demand(spec["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", f"{name} has no seccomp profile")
    ours = spec["containers"][0]
    context = ours["securityContext"]
    demand(context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"], f"{name} may write or rise")
    demand(context["capabilities"] == {"drop": ["ALL"]}, f"{name} keeps capabilities")
    demand("memory" in ours["resources"]["limits"], f"{name} has no bound of memory")
    mounted = {mount["name"] for mount in ours["volumeMounts"]}
    named = {volume["name"] for volume in spec["volumes"]}
    demand(mounted <= named, f"{name} mounts {mounted - named}")
    for variable in ours["env"]:
        demand("://" not in variable.get("value", ""), f"{name}: {variable['name']} holds an address")


def files(pod):
    """The files that the secrets of a pod become."""
    for volume in pod["spec"]["volumes"]:
        for source in volume.get("projected", {}).get("sources", []):
            yield from (f"/run/secrets/fonds/{item['path']}" for item in source["secret"]["items"])


def held(docs):
    """The file of the ConfigMap."""
    text = next(doc for doc in docs if doc["kind"] == "ConfigMap")["data"]["fonds.toml"]
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Fault(f"the settings are no TOML: {error}") from error


def settings(pod, docs):
    """What the program would read: the file, and the variables over it."""
    tree = held(docs)
    for variable in pod["spec"]["containers"][0]["env"]:
        name = variable["name"]
        demand(name.startswith("FONDS_") and "__" in name, f"{name} is no setting")
        *way, last = name.removeprefix("FONDS_").lower().split("__")
        place = tree
        for step in way:
            place = place.setdefault(step, {})
        value = variable.get("value", "out of a secret")
        place[last] = int(value) if value.isdigit() else value
    return tree


def within(asked, given):
    """Is every key of one tree in the other, with its value?"""
    if not isinstance(asked, dict):
        return asked == given and type(asked) is type(given)
    return isinstance(given, dict) and all(key in given and within(value, given[key]) for key, value in asked.items())


def wants(tree, component, with_worker):
    """What the command cannot do without."""
    database = tree["database"]
    demand(("url_file" in database) == (component == "gateway"), f"{component}: database.url_file")
    demand(("worker_url_file" in database) == with_worker, f"{component}: database.worker_url_file")
    demand("admin_url_file" not in database, f"{component} could migrate")
    if not with_worker:
        demand(not {"key_file", "other_key_file"} & set(tree.get("audit", {})), f"{component} could sign the audit log")
        demand("password_file" not in tree.get("mail", {}), f"{component} could send letters")
    demand(tree["http"]["metrics_listen"] == "0.0.0.0:9090", f"{component}: health is not served")


def given(values, tree, component):
    """The worker's own secrets that the values name reach the worker."""
    for secret, part, key in (("auditKey", "audit", "key_file"), ("otherAuditKey", "audit", "other_key_file"), ("mailPassword", "mail", "password_file")):
        if values["secrets"].get(secret, {}).get("name"):
            demand(key in tree.get(part, {}), f"{component} is not given secrets.{secret}")


def judge(values, docs, schema):
    for doc in docs:
        if doc["kind"] not in FOREIGN:
            for version in VERSIONS:
                try:
                    kubernetes_validate.validate(doc, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    where = ".".join(str(step) for step in error.path)
                    raise Fault(f"{doc['kind']} {doc['metadata']['name']} in Kubernetes {version}: {where}: {error.message}") from error
    names = [(doc["kind"], doc["metadata"]["name"]) for doc in docs]
    demand(len(set(names)) == len(names), "two of one kind have one name")
    demand(within(values.get("settings", {}), held(docs)), "the settings of the values did not come through")
    chosen = {}
    for name, pod in pods(docs):
        harmless(name, pod)
        read = {variable.get("value") for variable in pod["spec"]["containers"][0]["env"]}
        read |= {place.get("secret_file") for place in settings(pod, docs).get("blobs", {}).values() if isinstance(place, dict)}
        demand(set(files(pod)) <= read, f"{name}: nobody reads {set(files(pod)) - read}")
        component = pod["metadata"]["labels"]["app.kubernetes.io/component"]
        chosen[component] = pod
        if component == "migration":
            continue
        tree = settings(pod, docs)
        for error in schema.iter_errors(tree):
            raise Fault(f"{name}: the settings are refused at {error.json_path}: {error.message}")
        args = pod["spec"]["containers"][0]["args"]
        wants(tree, component, component == "worker" or "--with-worker" in args)
        if component == "worker" or "--with-worker" in args:
            given(values, tree, component)
        waits = pod["spec"]["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        demand(pod["spec"]["terminationGracePeriodSeconds"] >= DRAIN + waits, f"{name} is killed while it drains")
    for doc in docs:
        if doc["kind"] in ("Service", "PodDisruptionBudget", "NetworkPolicy"):
            spec = doc["spec"]
            wanted = spec.get("podSelector", spec["selector"] if "selector" in spec else {})
            wanted = wanted.get("matchLabels", wanted)
            met = [one for one in chosen.values() if wanted.items() <= one["metadata"]["labels"].items()]
            demand(len(met) == 1, f"{doc['kind']} {doc['metadata']['name']} chooses {len(met)} kinds of pods")
    return len(docs)


def one_version():
    """The program, the chart and the image are of one version."""
    program = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    for what, found in (("version", chart["version"]), ("appVersion", chart["appVersion"])):
        if found != program:
            yield f"Chart.yaml: {what} is {found}, the program's {program}"
    if f"ARG VERSION={program}\n" not in (ROOT / "Dockerfile").read_text():
        yield f"Dockerfile: ARG VERSION is not {program}"


def main():
    schema = jsonschema.Draft202012Validator(json.loads((ROOT / "schema" / "settings.schema.json").read_text()))
    faults = list(one_version())
    for path in GOOD:
        values = yaml.safe_load(path.read_text())
        for version in VERSIONS:
            report = helm.lint(str(CHART), values, strict=True, kube_version=f"v{version}.0")
            told = [one["error"] for one in report["messages"] if one["severity"] >= 2] + report["errors"]
            faults += [f"{path.name}: lint {version}: {one}" for one in told]
    with helm.Chart.load(str(CHART)) as chart:
        for path in GOOD:
            values = yaml.safe_load(path.read_text())
            try:
                docs = list(documents(chart, values))
                print(f"{path.stem}: {judge(values, docs, schema)} objects, good for {', '.join(VERSIONS)}")
            except (Fault, helm.HelmError) as error:
                faults.append(f"{path.name}: {error}")
        for what, values, word in BAD:
            try:
                chart.validate_schema(values)
                list(documents(chart, values))
                faults.append(f"{what}: was rendered")
            except helm.HelmError as error:
                if word not in str(error):
                    faults.append(f"{what}: refused, but not because of {word}: {error}")
    print(f"{len(BAD)} sets of values that must be refused")
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
