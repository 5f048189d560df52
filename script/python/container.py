"""Makes an OCI bundle out of a pod of the rendered chart, so that the image is started as a cluster would start it: the same
command, variables, settings, user, read-only root and mounts, no capability, and the usual seccomp profile.

container.py VALUES BUNDLE --pod NAME --root FOLDER --image INSPECTED --volume NAME=FOLDER… --secret NAME/KEY=FILE… [--args …]
Whatever the pod mounts has to be given; a volume of settings comes out of the rendered ConfigMap."""

import argparse
import json
import os
import sys
from pathlib import Path

import helm_python as helm
import yaml

from chart import CHART, documents, pods

SECCOMP = Path("/usr/share/containers/seccomp.json")
ARCHITECTURES = {"x86_64": ["SCMP_ARCH_X86_64"], "aarch64": ["SCMP_ARCH_AARCH64"]}
NAMES = {"x86_64": "amd64", "aarch64": "arm64"}


def seccomp():
    """The profile that engines take by default, for a process without capabilities."""
    machine = os.uname().machine
    profile = json.loads(SECCOMP.read_text())
    calls = []
    for rule in profile["syscalls"]:
        included, excluded = rule.get("includes", {}), rule.get("excludes", {})
        if included.get("caps") or machine_named(included, machine) is False or machine_named(excluded, machine):
            continue
        calls.append({key: rule[key] for key in ("names", "action", "args", "errnoRet") if rule.get(key)})
    return {
        "defaultAction": profile["defaultAction"],
        "defaultErrnoRet": profile.get("defaultErrnoRet", 1),
        "architectures": ARCHITECTURES[machine],
        "syscalls": calls,
    }


def machine_named(rule, machine):
    return NAMES[machine] in rule["arches"] if rule.get("arches") else None


def spread(sources, secrets, folder):
    """A projected volume: files with the mode and the group that the pod's fsGroup gives them."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in sources:
        secret = source["secret"]
        for item in secret["items"]:
            place = folder / item["path"]
            place.write_text(Path(secrets[f"{secret['name']}/{item['key']}"]).read_text())
    return folder


def mounts(pod, docs, given, bundle):
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    group = pod["spec"]["securityContext"]["fsGroup"]
    for mount in pod["spec"]["containers"][0]["volumeMounts"]:
        volume = volumes[mount["name"]]
        if "emptyDir" in volume:
            yield {"destination": mount["mountPath"], "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=1777"]}
            continue
        folder = bundle / mount["name"]
        if "configMap" in volume:
            folder.mkdir(parents=True, exist_ok=True)
            held = next(d for d in docs if d["kind"] == "ConfigMap" and d["metadata"]["name"] == volume["configMap"]["name"])
            for name, text in held["data"].items():
                (folder / name).write_text(text)
        elif "projected" in volume:
            spread(volume["projected"]["sources"], given.secret, folder)
            mode = volume["projected"]["defaultMode"]
            for place in folder.iterdir():
                os.chown(place, 0, group)
                place.chmod(mode)
        else:
            folder = Path(given.volume[mount["name"]])
        access = "ro" if mount.get("readOnly") else "rw"
        yield {"destination": mount["mountPath"], "type": "bind", "source": str(folder.resolve()), "options": ["bind", access]}


def container(pod, docs, given, bundle):
    spec, ours = pod["spec"], pod["spec"]["containers"][0]
    image = json.loads(Path(given.image).read_text())["OCIv1"]["config"]
    held = spec["securityContext"]
    context = ours["securityContext"]
    env = dict(one.split("=", 1) for one in image["Env"] or [])
    env |= {one["name"]: one["value"] for one in ours["env"] if "value" in one}
    env |= dict(one.split("=", 1) for one in given.env)
    system = [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=64m"]},
    ]
    sockets = [{"destination": one, "type": "bind", "source": one, "options": ["bind", "rw"]} for one in given.mount]
    return {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": held["runAsUser"], "gid": held["runAsGroup"], "additionalGids": [held["fsGroup"]]},
            "args": image["Entrypoint"] + (given.args or ours["args"]),
            "env": [f"{name}={value}" for name, value in env.items()],
            "cwd": image["WorkingDir"],
            "capabilities": {kind: [] for kind in ("bounding", "effective", "inheritable", "permitted", "ambient")},
            "noNewPrivileges": not context["allowPrivilegeEscalation"],
        },
        "root": {"path": str(Path(given.root).resolve()), "readonly": context["readOnlyRootFilesystem"]},
        "hostname": given.pod,
        "mounts": system + list(mounts(pod, docs, given, bundle)) + sockets,
        # The network is the machine's: there is no cluster that would make one.
        "linux": {"namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")], "seccomp": seccomp()},
    }


def pairs(words):
    return dict(word.split("=", 1) for word in words)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("values")
    parser.add_argument("bundle")
    parser.add_argument("--pod", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--image", required=True)
    parser.add_argument("--volume", action="append", default=[])
    parser.add_argument("--secret", action="append", default=[])
    parser.add_argument("--mount", action="append", default=[])
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--args", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    given.volume, given.secret = pairs(given.volume), pairs(given.secret)
    bundle = Path(given.bundle)
    bundle.mkdir(parents=True, exist_ok=True)
    values = yaml.safe_load(Path(given.values).read_text())
    with helm.Chart.load(str(CHART)) as chart:
        docs = list(documents(chart, values))
    pod = dict(pods(docs))[given.pod]
    (bundle / "config.json").write_text(json.dumps(container(pod, docs, given, bundle)))


if __name__ == "__main__":
    sys.exit(main())
