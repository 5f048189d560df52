import { DownloadOutlined } from '@ant-design/icons';
import { Image } from 'antd';
import { useTranslation } from 'react-i18next';
import { bytes } from './size';

interface Picture {
  readonly page: number;
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

export interface Shown {
  readonly n: number;
  readonly role: 'ORIGINAL' | 'FINAL_TEXT' | 'ENCLOSURE' | 'PHOTO' | 'AUDIO' | 'VIDEO';
  readonly name: string;
  readonly length: number;
  readonly mediaType: string;
  readonly unscanned: boolean;
  readonly path: string;
  readonly thumbnail: Omit<Picture, 'page'> | null;
  readonly previews: readonly Picture[] | null;
}

/** Files of a record: pictures that the server has made of them, and the files themselves as downloads. */
export function FileList({ files }: { readonly files: readonly Shown[] }) {
  const { t } = useTranslation();
  return (
    <ul className="files">
      {files.map((file) => (
        <li key={file.n}>
          {file.thumbnail && (
            <Image.PreviewGroup items={(file.previews ?? []).map(({ path }) => path)}>
              <Image
                src={file.thumbnail.path}
                width={Math.min(file.thumbnail.width, 120)}
                alt={t('file.pages', { name: file.name })}
              />
            </Image.PreviewGroup>
          )}
          <span className="name">{file.name}</span>
          <small>{`${t(`role.${file.role}`)} · ${bytes(file.length)}`}</small>
          {file.unscanned && <small className="mark warning">{t('file.unscanned')}</small>}
          <a className="do" href={file.path} download={file.name}>
            <DownloadOutlined aria-hidden /> {t('file.load')}
          </a>
        </li>
      ))}
    </ul>
  );
}
