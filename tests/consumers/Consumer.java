// SPDX-License-Identifier: ISC
// A Java program that uses the keys of a token: it signs, decrypts, wraps, agrees, makes codes, and talks TLS.
//
// usage: java Consumer.java CONFIGURATION PASSWORD-FILE EC-ALIAS RSA-ALIAS CHECK…
// Writes one line a check, "CHECK: ok" or why not. Fails when any is not ok.
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Collections;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

public class Consumer {
	static final byte[] MESSAGE = "a message, as long as it may be".getBytes(StandardCharsets.UTF_8);
	static Provider token;
	static KeyStore store;
	static String ec, rsa;

	interface Check {
		void run() throws Exception;
	}

	static void must(boolean holds, String what) throws Exception {
		if (!holds)
			throw new Exception(what);
	}

	static PrivateKey key(String alias) throws Exception {
		return (PrivateKey)store.getKey(alias, null);
	}

	static PublicKey publicKey(String alias) throws Exception {
		return store.getCertificate(alias).getPublicKey();
	}

	// Signed by the token, checked by Java's own provider and by the token.
	static void sign(String alias, String algorithm) throws Exception {
		Signature signer = Signature.getInstance(algorithm, token);
		signer.initSign(key(alias));
		signer.update(MESSAGE, 0, 5);
		signer.update(MESSAGE, 5, MESSAGE.length - 5);
		byte[] signature = signer.sign();
		for (Provider provider : new Provider[] {token, null}) {
			Signature verifier = provider == null ? Signature.getInstance(algorithm)
							      : Signature.getInstance(algorithm, provider);
			verifier.initVerify(publicKey(alias));
			verifier.update(MESSAGE);
			must(verifier.verify(signature), algorithm + " does not verify");
			verifier.initVerify(publicKey(alias));
			verifier.update(signature);
			must(!verifier.verify(signature), algorithm + " verifies something else");
		}
	}

	static void decrypt() throws Exception {
		Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
		cipher.init(Cipher.ENCRYPT_MODE, publicKey(rsa));
		byte[] sealed = cipher.doFinal(MESSAGE);
		cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding", token);
		cipher.init(Cipher.DECRYPT_MODE, key(rsa));
		must(Arrays.equals(cipher.doFinal(sealed), MESSAGE), "another text");
	}

	static void wrap() throws Exception {
		SecretKey inner = new SecretKeySpec(Arrays.copyOf(MESSAGE, 16), "AES");
		Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
		cipher.init(Cipher.WRAP_MODE, publicKey(rsa));
		byte[] wrapped = cipher.wrap(inner);
		cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding", token);
		cipher.init(Cipher.UNWRAP_MODE, key(rsa));
		Key unwrapped = cipher.unwrap(wrapped, "AES", Cipher.SECRET_KEY);
		Cipher ours = Cipher.getInstance("AES/CBC/PKCS5Padding", token);
		ours.init(Cipher.ENCRYPT_MODE, unwrapped, new IvParameterSpec(new byte[16]));
		Cipher theirs = Cipher.getInstance("AES/CBC/PKCS5Padding");
		theirs.init(Cipher.DECRYPT_MODE, inner, new IvParameterSpec(new byte[16]));
		must(Arrays.equals(theirs.doFinal(ours.doFinal(MESSAGE)), MESSAGE), "another key");
	}

	static SecretKey secret() throws Exception {
		KeyGenerator generator = KeyGenerator.getInstance("AES", token);
		generator.init(256);
		return generator.generateKey();
	}

	static void aes() throws Exception {
		SecretKey key = secret();
		for (String way : new String[] {"AES/CBC/NoPadding", "AES/CTR/NoPadding", "AES/GCM/NoPadding"}) {
			byte[] text = new byte[64];
			Cipher cipher = Cipher.getInstance(way, token);
			var parameter = way.contains("GCM") ? new GCMParameterSpec(128, new byte[12])
							    : new IvParameterSpec(new byte[16]);
			cipher.init(Cipher.ENCRYPT_MODE, key, parameter);
			byte[] sealed = cipher.doFinal(text);
			must(!Arrays.equals(Arrays.copyOf(sealed, text.length), text), way + " does nothing");
			cipher.init(Cipher.DECRYPT_MODE, key, parameter);
			must(Arrays.equals(cipher.doFinal(sealed), text), way + ": another text");
		}
	}

	static void hmac() throws Exception {
		for (String way : new String[] {"HmacSHA256", "HmacSHA512"}) {
			SecretKey key = new SecretKeySpec(Arrays.copyOf(MESSAGE, 32), way);
			Mac ours = Mac.getInstance(way, token), theirs = Mac.getInstance(way);
			ours.init(key);
			theirs.init(key);
			must(Arrays.equals(ours.doFinal(MESSAGE), theirs.doFinal(MESSAGE)), way + ": another code");
		}
	}

	static void agree() throws Exception {
		KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
		generator.initialize(new ECGenParameterSpec("secp256r1"));
		KeyPair other = generator.generateKeyPair();
		KeyAgreement ours = KeyAgreement.getInstance("ECDH", token), theirs = KeyAgreement.getInstance("ECDH");
		ours.init(key(ec));
		ours.doPhase(other.getPublic(), true);
		theirs.init(other.getPrivate());
		theirs.doPhase(publicKey(ec), true);
		must(Arrays.equals(ours.generateSecret(), theirs.generateSecret()), "another secret");
	}

	static void random() throws Exception {
		SecureRandom source = SecureRandom.getInstance("PKCS11", token);
		byte[] one = new byte[32], two = new byte[32];
		source.nextBytes(one);
		source.nextBytes(two);
		must(!Arrays.equals(one, two), "twice the same");
	}

	// Both sides in this process, each with a key in the token, and trusting all certificates there.
	static void tls() throws Exception {
		for (String protocol : new String[] {"TLSv1.2", "TLSv1.3"}) {
			KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
			keys.init(store, null);
			KeyStore trusted = KeyStore.getInstance("PKCS12");
			trusted.load(null, null);
			for (String alias : Collections.list(store.aliases()))
				if (store.getCertificate(alias) != null)
					trusted.setCertificateEntry(alias, store.getCertificate(alias));
			TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
			trust.init(trusted);
			TrustManager[] managers = trust.getTrustManagers();
			SSLContext context = SSLContext.getInstance(protocol);
			context.init(keys.getKeyManagers(), managers, null);
			SSLServerSocket server = (SSLServerSocket)context.getServerSocketFactory().createServerSocket(
				0, 1, java.net.InetAddress.getLoopbackAddress());
			server.setNeedClientAuth(true);
			Thread echo = new Thread(() -> {
				try (SSLSocket socket = (SSLSocket)server.accept()) {
					socket.setSoTimeout(10000);
					socket.getOutputStream().write(socket.getInputStream().readNBytes(MESSAGE.length));
				} catch (Exception e) {
					System.out.println("server: " + e);
				}
			});
			echo.start();
			try (SSLSocket socket = (SSLSocket)context.getSocketFactory().createSocket(
				     server.getInetAddress(), server.getLocalPort())) {
				socket.setSoTimeout(10000);
				socket.getOutputStream().write(MESSAGE);
				byte[] back = socket.getInputStream().readNBytes(MESSAGE.length);
				must(Arrays.equals(back, MESSAGE), "another message");
				must(socket.getSession().getProtocol().equals(protocol), "not " + protocol);
				must(socket.getSession().getLocalCertificates() != null, "no certificate of the client");
			}
			echo.join();
			server.close();
		}
	}

	static Check find(String name) throws Exception {
		return switch (name) {
		case "signs" -> () -> {
			sign(ec, "SHA256withECDSA");
			sign(ec, "SHA384withECDSA");
			sign(rsa, "SHA256withRSA");
			sign(rsa, "SHA512withRSA");
		};
		case "decrypts" -> Consumer::decrypt;
		case "wraps" -> Consumer::wrap;
		case "aes" -> Consumer::aes;
		case "hmac" -> Consumer::hmac;
		case "agrees" -> Consumer::agree;
		case "random" -> Consumer::random;
		case "tls" -> Consumer::tls;
		case "nobody" -> () -> must(store.getKey("nobody", null) == null, "a key that is not there");
		default -> throw new Exception("what is " + name + "?");
		};
	}

	public static void main(String[] arguments) throws Exception {
		char[] password = Files.readString(Path.of(arguments[1])).trim().toCharArray();
		int failed = 0;

		token = Security.getProvider("SunPKCS11").configure(arguments[0]);
		Security.addProvider(token);
		store = KeyStore.getInstance("PKCS11", token);
		store.load(null, password);
		ec = arguments[2];
		rsa = arguments[3];
		for (String name : Arrays.copyOfRange(arguments, 4, arguments.length)) {
			try {
				find(name).run();
				System.out.println(name + ": ok");
			} catch (Exception e) {
				failed++;
				System.out.println(name + ": " + e);
				for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause())
					System.out.println("  for: " + cause);
			}
		}
		System.exit(failed == 0 ? 0 : 1);
	}
}
