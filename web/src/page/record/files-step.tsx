import { CameraOutlined, DeleteOutlined, PauseOutlined, PlayCircleOutlined, UploadOutlined } from '@ant-design/icons';
import { Alert, Button, Progress, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { newKey } from '../../client/key';
import { useStore } from '../../client/store';
import { bytes } from '../../file/size';
import { type Sending, uploads } from '../../file/upload';
import type { Draft } from './draft';
import { ArrangeFilesDocument, type FileRole, type FilesFragment, FileStateDocument } from './gen/graphql';

const ROLES: readonly FileRole[] = ['ORIGINAL', 'FINAL_TEXT', 'ENCLOSURE', 'PHOTO', 'AUDIO', 'VIDEO'];

interface FilesStepProps {
  readonly record: string;
  readonly draft: Draft;
  readonly post: string;
  readonly files: readonly FilesFragment[];
  readonly arranged: (files: readonly FilesFragment[]) => void;
  /** How many are picked and not yet with the draft. */
  readonly onTheWay: (count: number) => void;
}

function roleOf(name: string): FileRole {
  if (/\.(jpe?g|png|heic|webp)$/i.test(name)) return 'PHOTO';
  if (/\.(mp4|mov|m4v)$/i.test(name)) return 'VIDEO';
  if (/\.(mp3|m4a|wav|aac)$/i.test(name)) return 'AUDIO';
  return 'ENCLOSURE';
}

/** Files of the draft: what is there, what is on its way, what was refused and why. */
export function FilesStep({ record, draft, post, files, arranged, onTheWay }: FilesStepProps) {
  const { t } = useTranslation();
  const client = useClient();
  const [against, setAgainst] = useState<readonly string[]>([]);
  const [examined, setExamined] = useState<ReadonlyMap<string, readonly string[] | 'waits'>>(new Map());
  const there = useRef(files);
  const turn = useRef(Promise.resolve());
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);

  /** One change of the set after the other: each names the revision that the one before has made. */
  function arrange(change: (now: readonly FilesFragment[]) => readonly { file: string; role: FileRole }[]): Promise<void> {
    turn.current = turn.current.then(async () => {
      if (!(await draft.settle()) || draft.rev === null) return;
      const input = { idempotencyKey: newKey(), post, record, rev: latest.current ?? draft.rev, files: change(there.current) };
      const { data } = await client.mutation(ArrangeFilesDocument, { input }).toPromise();
      const payload = data?.arrangeFiles;
      setAgainst(payload?.problems.filter(({ severity }) => severity === 'REFUSAL').map(({ message }) => message) ?? []);
      if (!payload?.record) return;
      there.current = payload.record.files ?? [];
      latest.current = payload.record.rev;
      draft.moved(payload.record.rev);
      arranged(there.current);
    });
    return turn.current;
  }
  const latest = useRef<number | null>(draft.rev);
  useEffect(() => {
    latest.current = draft.rev;
  }, [draft.rev]);

  /** Whole at the server: it is looked into before the draft may have it. */
  async function attach(sending: Sending): Promise<void> {
    const id = sending.fileId;
    if (id === null) return;
    for (let pause = 500; !gone.current; pause = Math.min(pause * 1.5, 5000)) {
      const { data } = await client.query(FileStateDocument, { id }, { requestPolicy: 'network-only' }).toPromise();
      const file = data?.file;
      if (file?.state === 'KEPT') {
        await arrange((now) => [...kept(now), { file: id, role: roleOf(sending.name) }]);
        going.drop(sending.key);
        return;
      }
      if (file && (file.state === 'REFUSED' || file.state === 'EXPIRED')) {
        setExamined((now) => new Map(now).set(sending.key, file.problems.map(({ message }) => message)));
        return;
      }
      if (file?.waitsForScanner) setExamined((now) => new Map(now).set(sending.key, 'waits'));
      await new Promise((go) => setTimeout(go, pause));
    }
  }
  const attachNow = useRef(attach);
  useEffect(() => {
    attachNow.current = attach;
  });
  const [going] = useState(() => uploads((sending) => void attachNow.current(sending)));
  const sendings = useStore(going.all);
  const waits = sendings.filter((one) => one.going !== 'marked' && one.against.length === 0 && !Array.isArray(examined.get(one.key))).length;
  useEffect(() => {
    onTheWay(waits);
    if (waits === 0) return;
    // What is half-way is lost with the page, but for what a later try finds at the server.
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [onTheWay, waits]);

  const kept = (now: readonly FilesFragment[]): { file: string; role: FileRole }[] =>
    now.map(({ fileId, role }) => ({ file: fileId, role }));

  return (
    <section
      className="sheet drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        going.add([...event.dataTransfer.files], post);
      }}
    >
      <p className="hint">{t('file.hint')}</p>
      <div className="ways">
        <Pick icon={<UploadOutlined />} words={t('file.pick')} picked={(chosen) => going.add(chosen, post)} />
        <Pick icon={<CameraOutlined />} words={t('file.camera')} camera picked={(chosen) => going.add(chosen, post)} />
      </div>
      {against.map((text) => (
        <Alert key={text} type="error" showIcon title={text} />
      ))}
      <ul className="files">
        {files.map((file) => (
          <li key={file.fileId}>
            {file.thumbnail ? (
              <img src={file.thumbnail.path} width={file.thumbnail.width} height={file.thumbnail.height} alt="" />
            ) : null}
            <span className="name">{file.name}</span>
            <small>{bytes(file.length)}</small>
            <Select
              aria-label={t('file.role')}
              value={file.role}
              options={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
              onChange={(role: FileRole) =>
                void arrange((now) => now.map((one) => ({ file: one.fileId, role: one.fileId === file.fileId ? role : one.role })))
              }
            />
            <Button
              type="text"
              danger
              icon={<DeleteOutlined />}
              aria-label={t('file.remove', { name: file.name })}
              onClick={() => void arrange((now) => kept(now).filter((one) => one.file !== file.fileId))}
            />
          </li>
        ))}
        {sendings.map((sending) => (
          <OnItsWay
            key={sending.key}
            sending={sending}
            found={examined.get(sending.key)}
            pause={() => going.pause(sending.key)}
            go={() => going.go(sending.key)}
            drop={() => going.drop(sending.key)}
          />
        ))}
      </ul>
    </section>
  );
}

interface OnItsWayProps {
  readonly sending: Sending;
  readonly found: readonly string[] | 'waits' | undefined;
  readonly pause: () => void;
  readonly go: () => void;
  readonly drop: () => void;
}

function OnItsWay({ sending, found, pause, go, drop }: OnItsWayProps) {
  const { t } = useTranslation();
  const { name, size, sent, going } = sending;
  const refused = found !== undefined && found !== 'waits';
  const said = refused ? found : sending.against;
  const words = refused ? t('file.going.refused') : found === 'waits' ? t('file.going.scanner') : t(`file.going.${going}`);
  return (
    <li>
      <span className="name">{name}</span>
      <small>{`${bytes(sent)} / ${bytes(size)}`}</small>
      <Progress
        percent={size === 0 ? 100 : Math.floor((sent / size) * 100)}
        status={refused || going === 'failed' || going === 'marked' ? 'exception' : 'active'}
        size="small"
        aria-label={name}
      />
      <span role="status">{words}</span>
      {said.map((text) => (
        <p key={text} className="mark error">
          {text}
        </p>
      ))}
      {(going === 'sending' || going === 'away') && (
        <Button type="text" icon={<PauseOutlined />} aria-label={t('file.pause', { name })} onClick={pause} />
      )}
      {(going === 'paused' || going === 'failed') && !refused && (
        <Button type="text" icon={<PlayCircleOutlined />} aria-label={t('file.go', { name })} onClick={go} />
      )}
      <Button type="text" danger icon={<DeleteOutlined />} aria-label={t('file.remove', { name })} onClick={drop} />
    </li>
  );
}

interface PickProps {
  readonly icon: React.ReactNode;
  readonly words: string;
  readonly camera?: boolean;
  readonly picked: (files: readonly File[]) => void;
}

/** The browser's own way to a file, or to the camera of a phone. */
function Pick({ icon, words, camera = false, picked }: PickProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button icon={icon} onClick={() => input.current?.click()}>
        {words}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={!camera}
        aria-label={words}
        {...(camera ? { accept: 'image/*', capture: 'environment' as const } : {})}
        onChange={(event) => {
          picked([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
}
