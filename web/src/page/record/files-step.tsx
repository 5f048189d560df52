import { CameraOutlined, DeleteOutlined, PauseOutlined, PlayCircleOutlined, UploadOutlined } from '@ant-design/icons';
import { Alert, Button, Progress, Select } from 'antd';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from '../../client/store';
import { bytes } from '../../file/size';
import type { Sending } from '../../file/upload';
import { useAsk } from '../../frame/ask';
import type { Desk, Draft } from './desk';
import type { FileStep } from './enclosed';
import type { FileRole } from './gen/graphql';

const ROLES: readonly FileRole[] = ['ORIGINAL', 'FINAL_TEXT', 'ENCLOSURE', 'PHOTO', 'AUDIO', 'VIDEO'];

/** Files of the draft: what is there, what is on its way, what was refused and why. */
export function FilesStep({ desk, draft }: { readonly desk: Desk; readonly draft: Draft }) {
  const { t } = useTranslation();
  const { asked, ask } = useAsk();
  const [against, setAgainst] = useState<readonly string[]>([]);
  const { uploads, begin } = desk;
  const sendings = useStore(uploads.all);
  const arrange = (step: FileStep): Promise<void> => desk.arrange(step).then(setAgainst);
  const add = (files: readonly File[]): void => uploads.add(files, begin.post);
  return (
    <section
      className="sheet drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        add([...event.dataTransfer.files]);
      }}
    >
      {asked}
      <p className="hint">{t('file.hint')}</p>
      <div className="ways">
        <Pick icon={<UploadOutlined />} words={t('file.pick')} picked={add} />
        <Pick icon={<CameraOutlined />} words={t('file.camera')} camera picked={add} />
      </div>
      {against.map((text) => (
        <Alert key={text} type="error" showIcon title={text} />
      ))}
      <ul className="files">
        {draft.files.map((file) => (
          <li key={file.fileId}>
            {file.thumbnail ? <img src={file.thumbnail.path} width={file.thumbnail.width} height={file.thumbnail.height} alt="" /> : null}
            <span className="name">{file.name}</span>
            <small>{bytes(file.length)}</small>
            <Select
              aria-label={t('file.role')}
              value={file.role}
              options={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
              onChange={(role: FileRole) => void arrange({ kind: 'role', file: file.fileId, role })}
            />
            <Button
              type="text"
              danger
              icon={<DeleteOutlined />}
              aria-label={t('file.remove', { name: file.name })}
              onClick={() => ask(t('file.removeSure', { name: file.name }), () => arrange({ kind: 'remove', file: file.fileId }), true)}
            />
          </li>
        ))}
        {sendings.map((sending) => (
          <OnItsWay
            key={sending.key}
            sending={sending}
            pause={() => uploads.pause(sending.key)}
            go={() => uploads.go(sending.key)}
            drop={() => uploads.drop(sending.key)}
          />
        ))}
      </ul>
    </section>
  );
}

interface OnItsWayProps {
  readonly sending: Sending;
  readonly pause: () => void;
  readonly go: () => void;
  readonly drop: () => void;
}

function OnItsWay({ sending, pause, go, drop }: OnItsWayProps) {
  const { t } = useTranslation();
  const { name, size, sent, going, against } = sending;
  const ill = going === 'refused' || going === 'failed' || going === 'marked';
  return (
    <li>
      <span className="name">{name}</span>
      <small>{`${bytes(sent)} / ${bytes(size)}`}</small>
      <Progress percent={size === 0 ? 100 : Math.floor((sent / size) * 100)} status={ill ? 'exception' : 'active'} size="small" aria-label={name} />
      <span role="status" className={ill ? 'mark error' : ''}>
        {t(`file.going.${going}`)}
      </span>
      {against.map((text) => (
        <p key={text} className="mark error">
          {text}
        </p>
      ))}
      {(going === 'sending' || going === 'away') && <Button type="text" icon={<PauseOutlined />} aria-label={t('file.pause', { name })} onClick={pause} />}
      {(going === 'paused' || going === 'failed') && <Button type="text" icon={<PlayCircleOutlined />} aria-label={t('file.go', { name })} onClick={go} />}
      {going !== 'attaching' && <Button type="text" danger icon={<DeleteOutlined />} aria-label={t('file.remove', { name })} onClick={drop} />}
    </li>
  );
}

interface PickProps {
  readonly icon: ReactNode;
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
