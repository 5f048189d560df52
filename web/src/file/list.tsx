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

/**
 * Files of a record, to be looked at where they stand: the pictures that the server has made of their pages, films and sound by the
 * browser, and each of them as a download.
 */
export function FileList({ files }: { readonly files: readonly Shown[] }) {
  const { t } = useTranslation();
  return (
    <ul className="files shown">
      {files.map((file) => (
        <li key={file.n}>
          <span className="name">{file.name}</span>
          <small>{`${t(`role.${file.role}`)} · ${bytes(file.length)}`}</small>
          {file.unscanned && <small className="mark warning">{t('file.unscanned')}</small>}
          <a className="do" href={file.path} download={file.name}>
            <DownloadOutlined aria-hidden /> {t('file.load')}
          </a>
          <Body file={file} />
        </li>
      ))}
    </ul>
  );
}

function Body({ file }: { readonly file: Shown }) {
  const { t } = useTranslation();
  if (file.mediaType.startsWith('video/')) return <video className="body" controls preload="metadata" src={file.path} aria-label={file.name} />;
  if (file.mediaType.startsWith('audio/')) return <audio className="body" controls preload="none" src={file.path} aria-label={file.name} />;
  const pages = file.previews ?? [];
  if (pages.length === 0) return null;
  return (
    <div className="body pages">
      <Image.PreviewGroup>
        {pages.map(({ page, path, width, height }) => (
          <Image
            key={page}
            src={path}
            loading="lazy"
            style={{ aspectRatio: `${String(width)} / ${String(height)}` }}
            alt={pages.length === 1 ? file.name : t('file.page', { name: file.name, page, of: pages.length })}
          />
        ))}
      </Image.PreviewGroup>
    </div>
  );
}
