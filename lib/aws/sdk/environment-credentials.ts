/**
 * The credentials that Lambda sets in the environment; they are valid as long as the sandbox lives. Throws if there are
 * none.
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

/** Replaces the SDK's credential provider chain in the bundle, under the name by which the SDK imports it. */
export const defaultProvider = () => async () => environmentCredentials()
