import { createContext, use } from 'react';
import type { ViewerQuery } from './gen/graphql';

export type Account = NonNullable<NonNullable<ViewerQuery['viewer']>['account']>;
export type HeldPost = NonNullable<NonNullable<ViewerQuery['viewer']>['posts']>[number];
export type Place = NonNullable<HeldPost['org']>;

/** Roles that the pages know; a tenant's own role works as the one that it was made of. */
export type Base =
  | 'branch_recorder'
  | 'branch_secretary'
  | 'committee_reviewer'
  | 'committee_archivist'
  | 'org_admin'
  | 'system_admin'
  | 'security_admin'
  | 'audit_admin';

/** A post, with the organisation where it is held. */
export interface Post {
  readonly id: string;
  readonly base: string;
  readonly roleName: string;
  readonly org: Place;
}

/** Who is here. */
export interface Viewer {
  readonly account: Account;
  readonly tenantName: string;
  readonly timeZone: string;
  readonly levels: ReadonlyMap<number, string>;
  readonly posts: readonly Post[];
}

/** One for the whole country; the tenant's own setting is told to its system administrator alone. */
const CHINA = 'Asia/Shanghai';

export function viewerOf(answer: ViewerQuery): Viewer | null {
  const { viewer, tenant, roles } = answer;
  if (!viewer?.account) return null;
  const bases = new Map((roles ?? []).map((role) => [role.name, role.base]));
  const posts = (viewer.posts ?? []).flatMap((post) =>
    post.current && post.org
      ? [{ id: post.id, base: bases.get(post.role) ?? post.role, roleName: post.roleName, org: post.org }]
      : [],
  );
  return {
    account: viewer.account,
    tenantName: tenant?.name ?? viewer.tenantKey,
    timeZone: CHINA,
    levels: new Map((tenant?.levels ?? []).map((level) => [level.level, level.name])),
    posts,
  };
}

const BRANCH: readonly string[] = ['branch_recorder', 'branch_secretary'];

export const writes = (post: Post): boolean => BRANCH.includes(post.base);
export const reviews = (post: Post): boolean => post.base === 'committee_reviewer';

const FIGURES: readonly string[] = [...BRANCH, 'committee_reviewer', 'committee_archivist', 'org_admin'];
export const readsFigures = (post: Post): boolean => FIGURES.includes(post.base);
export const administers = (post: Post): boolean => post.base === 'org_admin';

const HOLDERS: readonly string[] = ['org_admin', 'security_admin', 'audit_admin'];
export const seesPosts = (post: Post): boolean => HOLDERS.includes(post.base);
export const grants = (post: Post): boolean => post.base === 'org_admin' || post.base === 'security_admin';
export const invites = (post: Post): boolean => post.base === 'org_admin' || post.base === 'system_admin';
export const shutsOut = (post: Post): boolean => grants(post) || invites(post);
export const knowsPolicy = (post: Post): boolean => post.base === 'security_admin' || post.base === 'audit_admin';
export const editsPolicy = (post: Post): boolean => post.base === 'security_admin';
export const asksOfOthers = editsPolicy;
export const audits = (post: Post): boolean => post.base === 'audit_admin';

export const ViewerContext = createContext<Viewer | null>(null);

/** Who is here; for what stands inside the shell. */
export function useViewer(): Viewer {
  const viewer = use(ViewerContext);
  if (!viewer) throw new Error('nobody is here');
  return viewer;
}
