/**
 * Why a request for a tracked email was made by a program and not by a person: it asked for headers only, it names itself,
 * it names nothing, it came at once after sending, or it followed several links within seconds.
 */
export type MachineSign = 'head' | 'known_agent' | 'no_agent' | 'at_once' | 'all_links';
