/**
 * The credentials that Lambda puts into a function's environment; they last as long as its process. Throws where there
 * are none.
 */
export const environmentCredentials = () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) throw new Error('the environment holds no credentials of AWS')
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  }
}

/** The name by which the SDK imports its chain of providers: the bundle has this in its place. */
export const defaultProvider = () => async () => environmentCredentials()
